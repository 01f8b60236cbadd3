const INTERVAL_MS = 60_000;

/** Passes a message on at most once a minute, with the number of those that it swallowed since. */
export function createMinuteReport(
  report: (message: string) => void,
  now: () => number = () => performance.now(),
): (message: string) => void {
  let nextAt = -Infinity;
  let swallowed = 0;
  return (message) => {
    if (now() < nextAt) {
      swallowed += 1;
      return;
    }
    report(swallowed === 0 ? message : `${message} (and ${swallowed} more in the last minute)`);
    nextAt = now() + INTERVAL_MS;
    swallowed = 0;
  };
}
