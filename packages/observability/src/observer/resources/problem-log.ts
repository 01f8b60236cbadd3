import { diag } from '@opentelemetry/api';

import { createOnceAMinute } from '../../diagnostics/once-a-minute.ts';
import type { OnceAMinute } from '../../diagnostics/once-a-minute.ts';

/**
 * Tells of what could not be read: when it starts, not at every sample of a trouble that stays (a kernel without the
 * memory controller), and at most once a minute for one that comes and goes.
 */
export interface ProblemLog {
  /** @param cause what failed, e.g. a file; @param detail what was found there */
  report(cause: string, detail: string): void;
  /** Ends one sample: what it did not report is over. */
  endSample(): void;
}

class TransitionLog implements ProblemLog {
  readonly #onceAMinute: OnceAMinute;
  #before = new Set<string>();
  #current = new Set<string>();

  constructor(now: () => number) {
    this.#onceAMinute = createOnceAMinute(now);
  }

  report(cause: string, detail: string): void {
    const isNew = !this.#before.has(cause) && !this.#current.has(cause);
    this.#current.add(cause);
    if (isNew && this.#onceAMinute.allows(cause)) {
      diag.warn(`Resource metrics: ${cause} ${detail}; what it would tell is left out.`);
    }
  }

  endSample(): void {
    this.#before = this.#current;
    this.#current = new Set();
  }
}

/** @param now monotonic milliseconds */
export function createProblemLog(now: () => number): ProblemLog {
  return new TransitionLog(now);
}
