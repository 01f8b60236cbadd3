import { failureCode } from '../failure-code.ts';

/** What an inference that its caller gave up fails with. */
export const ABORTED: Readonly<{ code: string }> = { code: 'aborted' };

/**
 * What to count in place of `error`, when the caller has aborted through `signal`: who aborts with a reason of their
 * own gets that reason thrown, which looks like any error. A signal that timed out is no abort by the caller.
 *
 * @param error undefined where nothing failed but the reading stopped
 */
export function abortThrough(signal: unknown, error: unknown): unknown {
  if (!(signal instanceof AbortSignal) || !signal.aborted) {
    return error;
  }
  return failureCode(signal.reason) === 'TimeoutError' ? (error ?? signal.reason) : ABORTED;
}

/** The same for a function's arguments: a signal stands among them, or as `signal` in one of them, as in `fetch`. */
export function abortAmong(values: readonly unknown[], error: unknown): unknown {
  for (const value of values) {
    const found = abortThrough(value instanceof AbortSignal ? value : signalOf(value), error);
    if (found !== error) {
      return found;
    }
  }
  return error;
}

function signalOf(value: unknown): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, 'signal') : undefined;
  } catch {
    return undefined;
  }
}
