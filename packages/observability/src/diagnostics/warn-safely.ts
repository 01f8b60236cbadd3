import { diag } from '@opentelemetry/api';

/** Warns, whatever logger the application gave to OpenTelemetry: one that throws must not cost a recording. */
export function warnSafely(message: string): void {
  try {
    diag.warn(message);
  } catch {
    // Who cannot be told cannot be told of that either.
  }
}
