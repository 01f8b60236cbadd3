import { modelAccuracy } from '../../catalogue/inference-metrics.ts';
import type { SeriesStore, SlotBlock } from '../../store/series-store.ts';

/** Correct predictions among the last `length` true labels of one model, as `model_accuracy`. */
export class AccuracyWindow {
  readonly #block: SlotBlock;
  readonly #outcomes: Uint8Array;
  readonly #now: () => number;
  #count = 0;
  #correct = 0;
  #next = 0;

  constructor(
    store: SeriesStore,
    attributes: Readonly<Record<string, string | boolean>>,
    length: number,
    now: () => number,
  ) {
    this.#block = store.series({ metric: modelAccuracy, attributes });
    this.#outcomes = new Uint8Array(length);
    this.#now = now;
  }

  add(correct: boolean): void {
    const outcome = correct ? 1 : 0;
    if (this.#count === this.#outcomes.length) {
      this.#correct -= this.#outcomes[this.#next]!;
    } else {
      this.#count += 1;
    }
    this.#outcomes[this.#next] = outcome;
    this.#correct += outcome;
    this.#next = (this.#next + 1) % this.#outcomes.length;
    const { slots, index } = this.#block;
    // The count first: a reader between the two writes must not see more correct labels than there are labels.
    slots[index + 1] = this.#count;
    slots[index] = this.#correct;
    slots[index + 2] = this.#now();
  }
}
