/** Longest text that a message repeats: enough to recognise a value, too little to flood a log. */
const MAX_PRINTED_LENGTH = 80;

/**
 * `value` as a message shows it: primitives as they are, texts quoted and cut at 80 characters, all else by its kind
 * alone, because what an object holds may be large or secret.
 */
export function printableValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(
        value.length > MAX_PRINTED_LENGTH ? `${value.slice(0, MAX_PRINTED_LENGTH)}...` : value,
      ).replaceAll('\u007f', '\\u007f');
    case 'bigint':
      return `${value}n`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    default:
      return printableObject(value as object | null);
  }
}

function printableObject(value: object | null): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  }
  const kind = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof kind === 'string' && kind !== '' && kind !== 'Object'
    ? `an object of class ${kind.slice(0, MAX_PRINTED_LENGTH)}`
    : 'an object';
}
