import { createOnceAMinute } from '../diagnostics/once-a-minute.ts';
import { warnSafely } from '../diagnostics/warn-safely.ts';
import type { Clock } from './clock.ts';

/** Warnings for faults that can repeat with every scrape: each cause is told at most once a minute. */
export interface ProblemLog {
  /**
   * @param cause what is rate-limited as one; messages of one cause may differ
   * @returns whether it was told
   */
  report(cause: string, message: string): boolean;
  /** Tells that something is well again, whose trouble was told. */
  recovered(message: string): void;
}

export function createProblemLog(
  clock: Clock,
  write: (message: string) => void = (message) => warnSafely(`inferometer: ${message}`),
): ProblemLog {
  const onceAMinute = createOnceAMinute(() => clock.now());
  return {
    report(cause, message) {
      const isTold = onceAMinute.allows(cause);
      if (isTold) {
        write(message);
      }
      return isTold;
    },
    recovered: write,
  };
}
