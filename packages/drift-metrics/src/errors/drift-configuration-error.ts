// Symbol.for, so that an error is known for what it is by any copy of this package in the process.
const marker = Symbol.for('inferometer.DriftConfigurationError');

/**
 * An option that was given in code and cannot be used; thrown at once, before anything has started. The message names
 * the option, what is allowed, what was received and what to do.
 */
export class DriftConfigurationError extends Error {
  /** Always `DRIFT_CONFIGURATION`. */
  readonly code = 'DRIFT_CONFIGURATION';
  /** Path of the option that is wrong, e.g. `tolerance`. */
  readonly option: string;

  /**
   * @param option path of the option
   * @param requirement to be read after the path: `must be a number from 0 to 10`
   * @param received the value; objects are told by kind alone
   * @param remedy what to do instead
   */
  constructor(option: string, requirement: string, received: unknown, remedy: string) {
    super(`${option} ${requirement}, received ${printable(received)}; ${remedy}.`);
    this.name = 'DriftConfigurationError';
    this.option = option;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a DriftConfigurationError, of this or another copy of the package. */
  static isInstance(value: unknown): value is DriftConfigurationError {
    return typeof value === 'object' && value !== null && Reflect.get(value, marker) === true;
  }
}

/** Longest text that a message repeats. */
const MAX_PRINTED_LENGTH = 80;

function printable(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > MAX_PRINTED_LENGTH ? `${value.slice(0, MAX_PRINTED_LENGTH)}...` : value);
  }
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
  }
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}
