import { createSeededRandom, type RandomNumber } from '../mathematics/seeded-random.ts';

/**
 * Values that are kept to find quantiles: all of them up to here, beyond a uniform sample of this many. An edge then sits
 * within 0.52% of its rank with 99% certainty (Dvoretzky-Kiefer-Wolfowitz: √(ln(2/0.01) / (2·100,000))). That moves an
 * edge, never a count: values are counted into the finished bins in a second pass, exactly.
 */
export const EXACT_QUANTILES_UP_TO: number = 100_000;

/** Keeps what quantiles need, in bounded memory. */
export interface ValueSample {
  /** @param value any number but NaN */
  add(value: number): void;
  /** Ascending copy of what is kept. */
  sorted(): Float64Array;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Grows with what it keeps, from here by doubling. */
const FIRST_CAPACITY = 256;

/** @param capacity values that are kept; default {@link EXACT_QUANTILES_UP_TO} */
export function createValueSample(capacity: number = EXACT_QUANTILES_UP_TO, seed: number = 1): ValueSample {
  return new ReservoirSample(capacity, createSeededRandom(seed));
}

/** J. Vitter, "Random sampling with a reservoir", ACM Trans. Mathematical Software 11 (1985), algorithm R. */
class ReservoirSample implements ValueSample {
  count = 0;
  minimum = Infinity;
  maximum = -Infinity;
  #values: Float64Array;
  readonly #capacity: number;
  readonly #random: RandomNumber;

  constructor(capacity: number, random: RandomNumber) {
    this.#capacity = capacity;
    this.#random = random;
    this.#values = new Float64Array(Math.min(FIRST_CAPACITY, capacity));
  }

  add(value: number): void {
    this.minimum = Math.min(this.minimum, value);
    this.maximum = Math.max(this.maximum, value);
    if (this.count < this.#capacity) {
      if (this.count === this.#values.length) {
        const larger = new Float64Array(Math.min(this.#capacity, this.#values.length * 2));
        larger.set(this.#values);
        this.#values = larger;
      }
      this.#values[this.count] = value;
    } else {
      const place = Math.floor(this.#random() * (this.count + 1));
      if (place < this.#capacity) {
        this.#values[place] = value;
      }
    }
    this.count += 1;
  }

  sorted(): Float64Array {
    return this.#values.slice(0, Math.min(this.count, this.#capacity)).sort();
  }
}
