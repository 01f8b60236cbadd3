import { createOnceAMinute } from '../diagnostics/once-a-minute.ts';
import { warnSafely } from '../diagnostics/warn-safely.ts';

/** Warnings of the bridge, at most one a minute for each cause, so that a fault on a hot path cannot flood a log. */
export interface BridgeWarnings {
  /** Writes `message()` through `diag.warn` unless this cause was warned about within the last minute. */
  warn(cause: BridgeWarningCause, message: () => string): void;
}

/** A closed list: a cause that named a metric would make the memory of past warnings grow with the metrics. */
export type BridgeWarningCause =
  | 'attribute'
  | 'callback'
  | 'cardinality'
  | 'collection'
  | 'instrument'
  | 'limit'
  | 'record'
  | 'sdk'
  | 'value';

/** @param clock - monotonic milliseconds */
export function createBridgeWarnings(clock: () => number): BridgeWarnings {
  const onceAMinute = createOnceAMinute(clock);
  return {
    warn(cause: BridgeWarningCause, message: () => string): void {
      if (onceAMinute.allows(cause)) {
        warnSafely(`inferometer: ${message()}`);
      }
    },
  };
}

/** What was thrown, as text; never throws, whatever it is. */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'an error that cannot be printed';
  }
}
