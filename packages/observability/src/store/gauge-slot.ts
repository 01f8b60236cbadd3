import type { SeriesDescription, SeriesStore, SlotBlock } from './series-store.ts';

/** A gauge that one thread sets; `undefined` makes the series disappear until it is set again. */
export interface GaugeSlot {
  set(value: number | undefined): void;
}

export function createGaugeSlot(store: SeriesStore, series: SeriesDescription, now: () => number): GaugeSlot {
  let block: SlotBlock | undefined;
  return {
    set(value: number | undefined): void {
      if (block === undefined) {
        if (value === undefined) {
          return;
        }
        block = store.series(series);
      }
      // The time first: a reader between the two writes sees an old value with a new time, never the reverse.
      block.slots[block.index + 1] = now();
      block.slots[block.index] = value ?? Number.NaN;
    },
  };
}
