import { diag } from '@opentelemetry/api';

/** At most one warning a minute for each cause: a broken caller must not fill the log. */
export interface WarningLimiter {
  /** @param cause one of a short list; each is remembered */
  allows(cause: string): boolean;
}

const QUIET_MS = 60_000;

export function createWarningLimiter(now: () => number): WarningLimiter {
  const lastWarning = new Map<string, number>();
  return {
    allows(cause: string): boolean {
      const last = lastWarning.get(cause);
      const time = now();
      if (last !== undefined && time - last < QUIET_MS) {
        return false;
      }
      lastWarning.set(cause, time);
      return true;
    },
  };
}

/** Warns, whatever logger the application gave to OpenTelemetry: one that throws must not cost a recording. */
export function warnSafely(message: string): void {
  try {
    diag.warn(message);
  } catch {
    // Who cannot be told cannot be told of that either.
  }
}
