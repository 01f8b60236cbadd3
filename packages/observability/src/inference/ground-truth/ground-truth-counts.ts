import { groundTruth } from '../../catalogue/inference-metrics.ts';
import type { SeriesStore, SlotBlock } from '../../store/series-store.ts';
import { AccuracyWindow } from './accuracy-window.ts';
import type { GroundTruthOutcome } from './ground-truth.ts';
import type { Models } from '../models.ts';
import { OVERFLOW_ATTRIBUTE } from '../overflow.ts';

const OUTCOMES: readonly GroundTruthOutcome[] = ['correct', 'incorrect', 'late', 'unmatched'];

/** Counts what true labels said of predictions, by model: `ground_truth_total` and `model_accuracy`. */
export class GroundTruthCounts {
  readonly #store: SeriesStore;
  readonly #models: Models;
  readonly #window: number;
  readonly #now: () => number;
  readonly #counts = new Map<string | undefined, ModelTruth>();

  constructor(store: SeriesStore, models: Models, window: number, now: () => number) {
    this.#store = store;
    this.#models = models;
    this.#window = window;
    this.#now = now;
  }

  /** Makes the series of a model exist at 0. */
  declare(modelType: string): void {
    this.#truthOf(modelType);
  }

  truth(modelType: string, outcome: GroundTruthOutcome): void {
    const truth = this.#truthOf(modelType);
    const block = truth.blocks[outcome];
    block.slots[block.index]! += 1;
    if (outcome === 'correct' || outcome === 'incorrect') {
      truth.accuracy.add(outcome === 'correct');
    }
  }

  #truthOf(modelType: string): ModelTruth {
    const { name } = this.#models.get(modelType);
    let truth = this.#counts.get(name);
    if (truth === undefined) {
      truth = this.#newTruth(name);
      this.#counts.set(name, truth);
    }
    return truth;
  }

  #newTruth(name: string | undefined): ModelTruth {
    const attributes = name === undefined ? { [OVERFLOW_ATTRIBUTE]: true } : { model_type: name };
    const series = (outcome: GroundTruthOutcome): [GroundTruthOutcome, SlotBlock] => [
      outcome,
      this.#store.series({ metric: groundTruth, attributes: { ...attributes, outcome } }),
    ];
    return {
      blocks: Object.fromEntries(OUTCOMES.map(series)) as { [outcome in GroundTruthOutcome]: SlotBlock },
      accuracy: new AccuracyWindow(this.#store, attributes, this.#window, this.#now),
    };
  }
}

interface ModelTruth {
  readonly blocks: { readonly [outcome in GroundTruthOutcome]: SlotBlock };
  readonly accuracy: AccuracyWindow;
}
