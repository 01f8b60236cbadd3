import type { Attributes } from '@opentelemetry/api';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { SeriesStore, SlotBlock } from './series-store.ts';

/** A histogram in the slots of a block; announced by the first observation. */
export class HistogramSlots {
  readonly #slots: Float64Array;
  readonly #index: number;
  readonly #bounds: readonly number[];
  readonly #sumIndex: number;
  #announce: (() => void) | undefined;

  constructor(
    store: SeriesStore,
    block: SlotBlock,
    offset: number,
    metric: MetricDefinition,
    attributes: Attributes,
    bounds: readonly number[],
  ) {
    this.#slots = block.slots;
    this.#index = block.index + offset;
    this.#bounds = bounds;
    this.#sumIndex = this.#index + bounds.length + 1;
    this.#announce = () => store.announce(block, offset, { metric, attributes, bounds });
  }

  /** Makes the series exist, at 0 if nothing was observed yet. */
  announce(): void {
    const announce = this.#announce;
    if (announce !== undefined) {
      this.#announce = undefined;
      announce();
    }
  }

  observe(value: number): void {
    if (this.#announce !== undefined) {
      this.announce();
    }
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]!) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const slots = this.#slots;
    slots[this.#index + low]! += 1;
    slots[this.#sumIndex]! += value;
  }
}
