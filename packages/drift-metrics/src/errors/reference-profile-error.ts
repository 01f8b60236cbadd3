// Symbol.for, so that an error is known for what it is by any copy of this package in the process.
const marker = Symbol.for('inferometer.ReferenceProfileError');

/**
 * Why a reference cannot be used: the file cannot be read or written (`unreadable`), is no reference profile or one of
 * another model (`foreign`), is of a version that this package does not know (`version`), contradicts itself or its hash
 * (`damaged`), or there was nothing to make a reference of (`empty`).
 */
export type ReferenceProfileFault = 'unreadable' | 'foreign' | 'version' | 'damaged' | 'empty';

/** A reference profile that cannot be used. It costs the drift of one model, never the service. */
export class ReferenceProfileError extends Error {
  /** Always `REFERENCE_PROFILE`. */
  readonly code = 'REFERENCE_PROFILE';
  readonly fault: ReferenceProfileFault;

  constructor(fault: ReferenceProfileFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReferenceProfileError';
    this.fault = fault;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a ReferenceProfileError, of this or another copy of the package. */
  static isInstance(value: unknown): value is ReferenceProfileError {
    return typeof value === 'object' && value !== null && Reflect.get(value, marker) === true;
  }
}
