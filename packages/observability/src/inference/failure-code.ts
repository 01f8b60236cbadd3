/** The code of a failure that says nothing about itself. */
export const UNKNOWN_CODE = 'unknown';

/** The code of an inference that its caller gave up. */
export const ABORTED_CODE = 'aborted';

/** Beside the name `AbortError`, the codes under which Node (`ABORT_ERR`) and axios (`ERR_CANCELED`) tell of an abort. */
const ABORT_CODES: ReadonlySet<string> = new Set(['ABORT_ERR', 'ERR_CANCELED']);

/** What fails for a reason of its own names its class; these names say nothing, and the error's `name` may say more. */
const EMPTY_CLASS_NAMES: ReadonlySet<string> = new Set(['', 'Error', 'Object']);

/** A minifier leaves one or two letters of a class name, different ones in each build. */
const MINIFIED_LENGTH = 2;

/**
 * The error code under which a thrown value is counted in `error_count_total`: `aborted` for an abort, else its `code`
 * (a text or a number), else the name of its class, else `unknown`.
 *
 * - Only the outermost error is asked. A `cause` is not: who wraps an error has chosen what it is to be called.
 * - A `DOMException` goes by its name (`TimeoutError`), for its `code` is a number from before there were names.
 * - A class without a name, or with one of two letters or less as minifiers leave them, goes by the error's `name`.
 * - Thrown texts and other primitives are `unknown`: a message is no code, and would be a series for each message.
 *
 * Never throws, whatever getters and proxies do.
 *
 * @example
 * failureCode(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })); // 'ECONNREFUSED'
 * failureCode(new RangeError('too long')); // 'RangeError'
 */
export function failureCode(error: unknown): string {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) {
    return UNKNOWN_CODE;
  }
  const name = textOf(read(error, 'name'));
  if (name === 'AbortError') {
    return ABORTED_CODE;
  }
  if (isDomException(error) && name !== undefined) {
    return name;
  }
  const code = codeOf(read(error, 'code'));
  if (code !== undefined) {
    return ABORT_CODES.has(code) ? ABORTED_CODE : code;
  }
  return className(error) ?? name ?? UNKNOWN_CODE;
}

function className(error: object): string | undefined {
  const constructor = read(error, 'constructor');
  const name = typeof constructor === 'function' ? textOf(read(constructor, 'name')) : undefined;
  return name === undefined || name.length <= MINIFIED_LENGTH || EMPTY_CLASS_NAMES.has(name) ? undefined : name;
}

function codeOf(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : textOf(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** By its tag, for each realm (a test runner's, a browser emulation's) has a `DOMException` of its own. */
function isDomException(error: object): boolean {
  return read(error, Symbol.toStringTag) === 'DOMException';
}

function read(from: object, property: PropertyKey): unknown {
  try {
    return Reflect.get(from, property);
  } catch {
    return undefined;
  }
}
