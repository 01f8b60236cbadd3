const BYTES_PER_MEBIBYTE = 1_048_576;

/** What may tell of the traffic of one direction since the last look. */
export interface PcieReading {
  /** A counter of unknown length that starts again at 0. */
  readonly counterBytes: number | undefined;
  /** Mean since the last look. */
  readonly mebibytesPerSecond: number | undefined;
  readonly nowMs: number;
}

/** Adds up the bytes of one direction over the PCIe link, from 0. */
export class PcieTotal {
  #total: number | undefined;
  #lastCounter: number | undefined;
  #lastMs: number | undefined;

  /** Whether a counter was seen, so that the rate must not be added too. */
  get hasCounter(): boolean {
    return this.#lastCounter !== undefined;
  }

  /** All bytes since the first look; undefined as long as the device tells nothing. */
  add({ counterBytes, mebibytesPerSecond, nowMs }: PcieReading): number | undefined {
    const elapsedSeconds = this.#lastMs === undefined ? 0 : (nowMs - this.#lastMs) / 1000;
    this.#lastMs = nowMs;
    if (counterBytes !== undefined) {
      const last = this.#lastCounter ?? counterBytes;
      this.#lastCounter = counterBytes;
      // A counter that starts again counts from there: of the time of the wrap too little is told rather than too much.
      this.#total = (this.#total ?? 0) + (counterBytes < last ? counterBytes : counterBytes - last);
    } else if (mebibytesPerSecond !== undefined) {
      this.#total = (this.#total ?? 0) + mebibytesPerSecond * BYTES_PER_MEBIBYTE * elapsedSeconds;
    }
    return this.#total;
  }
}
