import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { droppedValues } from '../catalogue/self-metrics.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { createOnceAMinute, type OnceAMinute } from './once-a-minute.ts';
import { warnSafely } from './warn-safely.ts';

/** Why a value was not recorded. */
export type DropCause = 'wrong_type' | 'not_finite' | 'out_of_range' | 'not_declared' | 'unreadable';

/** Counts what is dropped in `inferometer_dropped_values_total{metric,cause}`, and warns about it now and then. */
export interface DroppedValues {
  /** @param field the option or record field that held the value; the value itself is never told, it may be input */
  drop(metric: MetricDefinition, cause: DropCause, field: string): void;
  /** Counts without a warning. @param metric the name of an instrument of the application's */
  count(metric: string, cause: DropCause): void;
}

/** Instruments of the application's that are told apart; beyond, they are `other`. */
const MOST_APPLICATION_METRICS = 200;

export function createDroppedValues(store: SeriesStore, now: () => number): DroppedValues {
  return new SlotDroppedValues(store, createOnceAMinute(now));
}

class SlotDroppedValues implements DroppedValues {
  readonly #store: SeriesStore;
  readonly #onceAMinute: OnceAMinute;
  readonly #series = new Map<string, SlotBlock>();
  readonly #applicationMetrics = new Set<string>();

  constructor(store: SeriesStore, onceAMinute: OnceAMinute) {
    this.#store = store;
    this.#onceAMinute = onceAMinute;
  }

  drop(metric: MetricDefinition, cause: DropCause, field: string): void {
    this.#add(metric.prometheusName, cause);
    if (this.#onceAMinute.allows(`${metric.name} ${cause}`)) {
      warnSafely(
        `inferometer: ${field} was not recorded (${cause}); see ` +
          `inferometer_dropped_values_total{metric="${metric.prometheusName}"}.`,
      );
    }
  }

  count(metric: string, cause: DropCause): void {
    const isKnown = this.#applicationMetrics.has(metric) || this.#applicationMetrics.size < MOST_APPLICATION_METRICS;
    if (isKnown) {
      this.#applicationMetrics.add(metric);
    }
    this.#add(isKnown ? metric : 'other', cause);
  }

  /** Both labels come from short lists, so the map cannot grow without bound. */
  #add(metric: string, cause: DropCause): void {
    const key = `${cause} ${metric}`;
    let block = this.#series.get(key);
    if (block === undefined) {
      block = this.#store.series({ metric: droppedValues, attributes: { metric, cause } });
      this.#series.set(key, block);
    }
    block.slots[block.index]! += 1;
  }
}
