// Symbol.for, so that an error is known for what it is by any copy of this package in the process.
const marker = Symbol.for('inferometer.ListenFailedError');

/** The metrics endpoint cannot listen, for another reason than a taken port. Binding is retried; all else goes on. */
export class ListenFailedError extends Error {
  /** Always `LISTEN_FAILED`. */
  readonly code = 'LISTEN_FAILED';
  /** The address that was asked for. */
  readonly host: string;
  readonly port: number;

  /** @param reason what is wrong and what to do, to be read after the address */
  constructor(host: string, port: number, reason: string, options?: ErrorOptions) {
    super(
      `the metrics endpoint cannot listen on ${host.includes(':') ? `[${host}]` : host}:${port}: ${reason}.`,
      options,
    );
    this.name = 'ListenFailedError';
    this.host = host;
    this.port = port;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a ListenFailedError, of this or another copy of the package. */
  static isInstance(value: unknown): value is ListenFailedError {
    return typeof value === 'object' && value !== null && Reflect.get(value, marker) === true;
  }
}
