import { diag } from '@opentelemetry/api';
import type { Clock } from './clock.ts';

/** Warnings for faults that can repeat with every scrape: each cause is told at most once a minute. */
export interface ProblemLog {
  /** @param cause what is rate-limited as one; messages of one cause may differ */
  report(cause: string, message: string): void;
}

/** A fault that lasts shows in the log, and a scrape every second does not fill it. */
const QUIET_MS = 60_000;

/** Causes may carry metric names, which are the user's; past this many, the oldest is forgotten. */
const MAX_CAUSES = 200;

export function createProblemLog(
  clock: Clock,
  write: (message: string) => void = (message) => {
    diag.warn(`inferometer: ${message}`);
  },
): ProblemLog {
  const quietUntil = new Map<string, number>();
  return {
    report(cause, message) {
      const now = clock.now();
      if (now < (quietUntil.get(cause) ?? -Infinity)) {
        return;
      }
      quietUntil.delete(cause);
      quietUntil.set(cause, now + QUIET_MS);
      if (quietUntil.size > MAX_CAUSES) {
        const [oldest] = quietUntil.keys();
        quietUntil.delete(oldest ?? '');
      }
      write(message);
    },
  };
}
