import type { CategoricalSignal, NumericSignal, ReferenceSignal, SignalRole } from './reference-profile.ts';
import { createSignalBins, type SignalBins } from './signal-bins.ts';
import type { BinPlan } from './signal-learner.ts';

/** Second pass over the data: counts one signal into its bins. */
export interface SignalCounter {
  /** @returns the bin that the value went to */
  count(value: unknown): number;
  /** How many bins the signal has of its own, without `other` and `missing`. */
  readonly ownBins: number;
  signal(): ReferenceSignal;
}

export function createSignalCounter(role: SignalRole, name: string, plan: BinPlan): SignalCounter {
  return new Counter(role, name, plan);
}

class Counter implements SignalCounter {
  readonly ownBins: number;
  readonly #empty: ReferenceSignal;
  readonly #bins: SignalBins;
  readonly #counts: number[];
  readonly #sums: number[];
  #minimum = Infinity;
  #maximum = -Infinity;
  #numbers = 0;
  #mean = 0;
  #squares = 0;

  constructor(role: SignalRole, name: string, plan: BinPlan) {
    this.#empty =
      plan.type === 'categorical'
        ? ({ role, name, ...plan, counts: [] } satisfies CategoricalSignal)
        : ({
            role,
            name,
            ...plan,
            means: [],
            minimum: 0,
            maximum: 0,
            standardDeviation: 0,
            counts: [],
          } satisfies NumericSignal);
    this.#bins = createSignalBins(this.#empty);
    this.ownBins = this.#bins.length - 2;
    this.#counts = Array.from({ length: this.#bins.length }, () => 0);
    this.#sums = Array.from({ length: this.#bins.length }, () => 0);
  }

  count(value: unknown): number {
    const bin = this.#bins.binOf(value);
    this.#counts[bin]! += 1;
    if (typeof value === 'number' && Number.isFinite(value) && bin < this.ownBins) {
      this.#sums[bin]! += value;
      this.#minimum = Math.min(this.#minimum, value);
      this.#maximum = Math.max(this.#maximum, value);
      // B. Welford, Technometrics 4 (1962): stable where the spread is small against the mean.
      this.#numbers += 1;
      const difference = value - this.#mean;
      this.#mean += difference / this.#numbers;
      this.#squares += difference * (value - this.#mean);
    }
    return bin;
  }

  signal(): ReferenceSignal {
    const counts = this.#counts;
    if (this.#empty.type === 'categorical') {
      return { ...this.#empty, counts };
    }
    const { edges } = this.#empty;
    const hasNumbers = this.#numbers > 0;
    const minimum = hasNumbers ? this.#minimum : 0;
    const maximum = hasNumbers ? this.#maximum : 0;
    const means = Array.from({ length: this.ownBins }, (_, bin) => {
      const lower = bin === 0 ? minimum : edges[bin - 1]!;
      const upper = bin < edges.length ? edges[bin]! : Math.max(maximum, lower);
      const mean = counts[bin]! > 0 ? this.#sums[bin]! / counts[bin]! : (lower + upper) / 2;
      // Sums of huge or infinite values leave the bin; rounding may too.
      return Number.isFinite(mean) ? Math.min(Math.max(mean, Math.min(lower, upper)), upper) : lower;
    });
    const variance = this.#squares / Math.max(1, this.#numbers);
    const standardDeviation = Number.isFinite(variance) ? Math.sqrt(variance) : Number.MAX_VALUE;
    return { ...this.#empty, means, minimum, maximum, standardDeviation, counts };
  }
}
