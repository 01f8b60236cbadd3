import { diag } from '@opentelemetry/api';
import type { ProbeNote } from '../probe/probe-messages.ts';

/** The same trouble is told at most once a minute, however often it comes back. */
const PAUSE_MS = 60_000;

/** More kinds of trouble than this do not exist; a probe that invents causes shall not fill the memory. */
const MOST_CAUSES = 64;

/** Longer messages are a driver's babble. */
const LONGEST_TEXT = 500;

/** Tells through `diag` what happens to the probe, each cause at most once a minute. */
export class RepeatedMessages {
  readonly #toldAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  tell({ level, cause, text }: ProbeNote): void {
    const now = this.#now();
    const toldAt = this.#toldAt.get(cause);
    if (
      (toldAt !== undefined && now - toldAt < PAUSE_MS) ||
      (toldAt === undefined && this.#toldAt.size >= MOST_CAUSES)
    ) {
      return;
    }
    this.#toldAt.set(cause, now);
    diag[level](`inferometer: ${text.slice(0, LONGEST_TEXT)}`);
  }
}
