import type { Attributes } from '@opentelemetry/api';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { DroppedValues } from '../diagnostics/dropped-values.ts';
import { createGaugeSlot, type GaugeSlot } from '../store/gauge-slot.ts';
import { seriesKey } from '../store/series-key.ts';
import type { SeriesStore } from '../store/series-store.ts';

/** Gauges that are set by hand. What is set wins over what is sampled, until it is set to `null`. */
export interface ManualGauges {
  /**
   * Sets a gauge; `null` gives it back to its source, `undefined` leaves it alone, and what is no finite number within
   * `range` is dropped and counted.
   */
  set(metric: MetricDefinition, attributes: Attributes, value: unknown, range: ValueRange, field: string): void;
  /** What stands in `field`; `undefined`, and counted as dropped, where reading it throws. */
  read<Values extends object, Field extends keyof Values & string>(
    metric: MetricDefinition,
    values: Values,
    field: Field,
  ): Values[Field] | undefined;
}

export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

export function createManualGauges(store: SeriesStore, dropped: DroppedValues, now: () => number): ManualGauges {
  const slots = new Map<string, GaugeSlot>();
  const slotOf = (metric: MetricDefinition, attributes: Attributes): GaugeSlot => {
    const key = `${metric.name} ${seriesKey(attributes)}`;
    let slot = slots.get(key);
    if (slot === undefined) {
      slot = createGaugeSlot(store, { metric, attributes, origin: 'manual' }, now);
      slots.set(key, slot);
    }
    return slot;
  };
  return {
    set: (metric, attributes, value, range, field): void => {
      if (value === undefined) {
        return;
      }
      if (value === null) {
        slotOf(metric, attributes).set(undefined);
      } else if (typeof value !== 'number') {
        dropped.drop(metric, 'wrong_type', field);
      } else if (!Number.isFinite(value)) {
        dropped.drop(metric, 'not_finite', field);
      } else if (value < range.least || value > range.most) {
        dropped.drop(metric, 'out_of_range', field);
      } else {
        slotOf(metric, attributes).set(value);
      }
    },
    read: (metric, values, field) => {
      try {
        return values[field];
      } catch {
        dropped.drop(metric, 'unreadable', field);
        return undefined;
      }
    },
  };
}
