import { categoryText } from './category-text.ts';
import { createCategoryCounts, type CategoryCounts } from './category-counts.ts';
import { quantileEdges } from './quantile-edges.ts';
import type { SignalRole } from './reference-profile.ts';
import { createValueSample, type ValueSample } from './value-sample.ts';

/** Bins of a signal before anything is counted into them. */
export type BinPlan =
  | { readonly type: 'categorical'; readonly categories: readonly string[] }
  | { readonly type: 'numeric'; readonly edges: readonly number[]; readonly constant?: number };

/** First pass over the data: learns of one signal what its bins are to be. */
export interface SignalLearner {
  learn(value: unknown): void;
  /** Undefined where no value was ever seen. */
  plan(bins: number, maximumCategories: number): BinPlan | undefined;
}

/** Classes are names, confidences are numbers; of features the majority of their values decides. */
export function createSignalLearner(role: SignalRole): SignalLearner {
  return new Learner(role);
}

class Learner implements SignalLearner {
  readonly #role: SignalRole;
  readonly #values: ValueSample = createValueSample();
  readonly #categories: CategoryCounts = createCategoryCounts();
  #texts = 0;

  constructor(role: SignalRole) {
    this.#role = role;
  }

  learn(value: unknown): void {
    if (typeof value === 'number' && this.#role !== 'class') {
      if (!Number.isNaN(value)) {
        this.#values.add(value);
      }
      return;
    }
    const category = categoryText(value);
    if (category !== undefined) {
      this.#categories.add(category);
      this.#texts += 1;
    }
  }

  plan(bins: number, maximumCategories: number): BinPlan | undefined {
    if (this.#role === 'confidence' || this.#values.count > this.#texts) {
      if (this.#values.count === 0) {
        return undefined;
      }
      const { minimum, maximum } = this.#values;
      // JSON has no infinity: where all values are, they are one bin without edges.
      return minimum === maximum && Number.isFinite(minimum)
        ? { type: 'numeric', edges: [], constant: minimum === 0 ? 0 : minimum }
        : { type: 'numeric', edges: quantileEdges(this.#values.sorted(), bins) };
    }
    return this.#texts === 0
      ? undefined
      : { type: 'categorical', categories: this.#categories.known(maximumCategories) };
  }
}
