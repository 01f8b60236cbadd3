/** Holds back repetitions: one message a minute for each cause, so that a lasting trouble does not fill the log. */
export interface OnceAMinute {
  /** @param cause one of a few, e.g. a file name */
  allows(cause: string): boolean;
}

const QUIET_MS = 60_000;

// Causes are mostly file names, and those change when the process is moved between cgroups.
const MAX_CAUSES = 100;

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
      if (lastAllowed.size >= MAX_CAUSES) {
        lastAllowed.clear();
      }
      lastAllowed.set(cause, time);
      return true;
    },
  };
}
