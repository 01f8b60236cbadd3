/** Longest label value, in UTF-16 code units: as much as a class name needs, and too little to fill a disk with. */
export const MAX_LABEL_LENGTH = 256;

/** `text` as a label value: at most 256 code units, and valid Unicode (lone surrogates become U+FFFD). */
export function labelText(text: string): string {
  if (text.length <= MAX_LABEL_LENGTH) {
    return text.isWellFormed() ? text : text.toWellFormed();
  }
  const cut = text.slice(0, MAX_LABEL_LENGTH);
  const last = cut.charCodeAt(MAX_LABEL_LENGTH - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return (splitsPair ? cut.slice(0, -1) : cut).toWellFormed();
}

/** A label's value as the caller gave it: texts, finite numbers, big integers and booleans have one, all else has none. */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}

/** Whether only few values become the same label as `value`, so that remembering it takes no more room than labels do. */
export function isFewToALabel(value: unknown): boolean {
  return typeof value === 'boolean' || Number.isFinite(value) || value === undefined || value === null;
}
