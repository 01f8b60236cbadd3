import type { Attributes } from '@opentelemetry/api';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { type BucketSearch, bucketSearch } from './bucket-search.ts';
import type { SeriesStore, SlotBlock } from './series-store.ts';

/** A histogram in the slots of a block; announced by the first observation. */
export class HistogramSlots {
  // `declare` for the reason given in BucketSearch.
  declare readonly slots: Float64Array;
  declare readonly index: number;
  declare readonly sumIndex: number;
  declare readonly search: BucketSearch;
  #announce: (() => void) | undefined;

  constructor(
    store: SeriesStore,
    block: SlotBlock,
    offset: number,
    metric: MetricDefinition,
    attributes: Attributes,
    bounds: readonly number[],
  ) {
    this.slots = block.slots;
    this.index = block.index + offset;
    this.sumIndex = this.index + bounds.length + 1;
    this.search = bucketSearch(bounds);
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
    const { slots } = this;
    // Not `+= 1`, here and wherever a record counts: V8 makes that an addition of checked integers, which takes three
    // times as long (bench `record`, 9 ns).
    slots[this.index + this.search.find(value)]!++;
    slots[this.sumIndex]! += value;
  }
}
