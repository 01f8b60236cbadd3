/** Holds back repetitions: one message a minute for each cause, so that a lasting trouble does not fill the log. */
export interface OnceAMinute {
  /** @param cause one of a few, e.g. a file name */
  allows(cause: string): boolean;
}

const QUIET_MS = 60_000;

/** Causes may carry names of files or metrics, which come and go; past this many, the oldest is forgotten. */
const MAX_CAUSES = 200;

/** @param now monotonic milliseconds */
export function createOnceAMinute(now: () => number): OnceAMinute {
  const lastAllowed = new Map<string, number>();
  return {
    allows(cause: string): boolean {
      const time = now();
      const last = lastAllowed.get(cause);
      if (last !== undefined && time - last < QUIET_MS) {
        return false;
      }
      // Set anew, so that the map's order is that of the last warnings.
      lastAllowed.delete(cause);
      lastAllowed.set(cause, time);
      if (lastAllowed.size > MAX_CAUSES) {
        const [oldest] = lastAllowed.keys();
        lastAllowed.delete(oldest ?? cause);
      }
      return true;
    },
  };
}
