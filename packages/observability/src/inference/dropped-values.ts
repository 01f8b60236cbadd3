import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { droppedValues } from '../catalogue/self-metrics.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { createOnceAMinute, type OnceAMinute } from '../diagnostics/once-a-minute.ts';
import { warnSafely } from '../diagnostics/warn-safely.ts';

/** Why a value was not recorded. */
export type DropCause = 'wrong_type' | 'not_finite' | 'out_of_range' | 'unreadable';

/** Counts what is dropped in `inferometer_dropped_values_total{metric,cause}`, and warns about it now and then. */
export interface DroppedValues {
  /** @param field the option or record field that held the value; the value itself is never told, it may be input */
  drop(metric: MetricDefinition, cause: DropCause, field: string): void;
}

export function createDroppedValues(store: SeriesStore, now: () => number): DroppedValues {
  return new SlotDroppedValues(store, createOnceAMinute(now));
}

class SlotDroppedValues implements DroppedValues {
  readonly #store: SeriesStore;
  readonly #limiter: OnceAMinute;
  readonly #series = new Map<string, SlotBlock>();

  constructor(store: SeriesStore, limiter: OnceAMinute) {
    this.#store = store;
    this.#limiter = limiter;
  }

  drop(metric: MetricDefinition, cause: DropCause, field: string): void {
    const key = `${metric.name} ${cause}`;
    let block = this.#series.get(key);
    if (block === undefined) {
      // Both labels come from short lists, so this map cannot grow.
      block = this.#store.series({ metric: droppedValues, attributes: { metric: metric.prometheusName, cause } });
      this.#series.set(key, block);
    }
    block.slots[block.index]! += 1;
    if (this.#limiter.allows(key)) {
      warnSafely(
        `inferometer: ${field} was not recorded (${cause}); see ` +
          `inferometer_dropped_values_total{metric="${metric.prometheusName}"}.`,
      );
    }
  }
}
