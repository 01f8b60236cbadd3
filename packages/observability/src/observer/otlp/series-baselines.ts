import type { HrTime } from '@opentelemetry/api';

/** A series as it was when it was last exported. */
export interface Baseline {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  /** A number or a histogram; always of the kind that the series is of, as the key says which. */
  readonly value: unknown;
}

/**
 * How many exports long a series may be missing: an hour at the default interval. One that comes back later is taken
 * for a new one, so its counts would be exported twice; one that is kept for ever would never leave memory.
 */
const MAX_MISSED_EXPORTS = 240;

interface Entry {
  readonly baseline: Baseline;
  readonly seenInExport: number;
}

/** What has been exported of each series, for at most a given number of series. */
export class SeriesBaselines {
  readonly #maxSeries: number;
  readonly #entries = new Map<string, Entry>();
  #export = 0;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  get(key: string): Baseline | undefined {
    return this.#entries.get(key)?.baseline;
  }

  /** Whether so many series more can be remembered. Where room is short, series that are gone make it. */
  hasRoomFor(newSeries: number): boolean {
    if (this.#entries.size + newSeries > this.#maxSeries) {
      this.#forgetMissing(0);
    }
    return this.#entries.size + newSeries <= this.#maxSeries;
  }

  set(key: string, baseline: Baseline): void {
    this.#entries.set(key, { baseline, seenInExport: this.#export });
  }

  /** Takes what one export carried: it has arrived. O(series). */
  advance(exported: ReadonlyMap<string, Baseline>): void {
    this.#export += 1;
    for (const [key, baseline] of exported) {
      this.set(key, baseline);
    }
    this.#forgetMissing(MAX_MISSED_EXPORTS);
  }

  #forgetMissing(maxMissed: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#export - entry.seenInExport > maxMissed) {
        this.#entries.delete(key);
      }
    }
  }
}
