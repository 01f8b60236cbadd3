// Symbol.for, so that an error is known for what it is by any copy of this package in the process.
const marker = Symbol.for('inferometer.PortInUseError');

/**
 * The metrics endpoint cannot listen because another socket has its port. Binding is retried; all else goes on.
 *
 * @example
 * ```ts
 * observability.ready.catch((error) => {
 *   if (PortInUseError.isInstance(error)) console.error(`${error.host}:${error.port} is taken`);
 * });
 * ```
 */
export class PortInUseError extends Error {
  /** Always `PORT_IN_USE`. */
  readonly code = 'PORT_IN_USE';
  /** The address that was asked for. */
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, options?: ErrorOptions) {
    super(
      `the metrics endpoint cannot listen on ${host.includes(':') ? `[${host}]` : host}:${port} because that port is in use; ` +
        'set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT to a free one, or options.prometheus to false.',
      options,
    );
    this.name = 'PortInUseError';
    this.host = host;
    this.port = port;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a PortInUseError, of this or another copy of the package. */
  static isInstance(value: unknown): value is PortInUseError {
    return typeof value === 'object' && value !== null && Reflect.get(value, marker) === true;
  }
}
