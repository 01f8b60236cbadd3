import { printableValue } from './printable-value.ts';

// Symbol.for, so that an error is known for what it is by any copy of this package in the process.
const marker = Symbol.for('inferometer.ConfigurationError');

/** What a {@link ConfigurationError} is made of. */
export interface ConfigurationFault {
  /** Path of the option, e.g. `prometheus.port`. */
  readonly option: string;
  /** What is allowed, to be read after the path: `must be an integer from 0 to 65535`. */
  readonly requirement: string;
  /** The value that was given. Leave the property out where the value may be a secret. */
  readonly received?: unknown;
  /** What to do instead: `set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT`. */
  readonly remedy: string;
}

/**
 * An option that was given in code and cannot be used. It is thrown by `initObservability()` at once, before anything
 * has been started.
 *
 * @example
 * ```ts
 * try {
 *   initObservability({ prometheus: { port } });
 * } catch (error) {
 *   if (ConfigurationError.isInstance(error)) console.error(error.option, error.message);
 * }
 * ```
 */
export class ConfigurationError extends Error {
  /** Always `CONFIGURATION`. */
  readonly code = 'CONFIGURATION';
  /** Path of the option that is wrong, e.g. `prometheus.port`. */
  readonly option: string;

  constructor(fault: ConfigurationFault) {
    const received = 'received' in fault ? `, received ${printableValue(fault.received)}` : '';
    const end = fault.remedy.endsWith('?') ? '' : '.';
    super(`${fault.option} ${fault.requirement}${received}; ${fault.remedy}${end}`);
    this.name = 'ConfigurationError';
    this.option = fault.option;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a ConfigurationError, of this or another copy of the package. */
  static isInstance(value: unknown): value is ConfigurationError {
    return typeof value === 'object' && value !== null && Reflect.get(value, marker) === true;
  }
}
