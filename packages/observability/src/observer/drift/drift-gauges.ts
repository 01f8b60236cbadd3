import type { Attributes } from '@opentelemetry/api';
import type { CountLayout, DriftPoint, ReferenceProfile } from '@inferometer/drift-metrics';
import { driftReferenceCount } from '../../catalogue/drift-metrics.ts';
import { metricsByName } from '../../catalogue/metric-catalogue.ts';
import type { MetricDefinition } from '../../catalogue/metric-definition.ts';
import { createGaugeSlot, type GaugeSlot } from '../../store/gauge-slot.ts';
import { seriesKey } from '../../store/series-key.ts';
import type { SeriesStore } from '../../store/series-store.ts';

/** Writes what the engine says to gauges. What was set by hand wins, as it does over all that is sampled. */
export interface DriftGauges {
  /** Shows these values and no others. */
  show(points: readonly DriftPoint[]): void;
  /** Shows what a model is compared with; it does not change. */
  showReference(modelType: string, reference: string, profile: ReferenceProfile, layout: CountLayout): void;
}

export function createDriftGauges(store: SeriesStore, now: () => number): DriftGauges {
  return new SlotDriftGauges(store, now);
}

interface Shown {
  readonly slot: GaugeSlot;
  round: number;
}

class SlotDriftGauges implements DriftGauges {
  readonly #store: SeriesStore;
  readonly #now: () => number;
  /** References bound what there can be: models, signals, classes. */
  readonly #shown = new Map<string, Shown>();
  #round = 0;

  constructor(store: SeriesStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  show(points: readonly DriftPoint[]): void {
    this.#round += 1;
    for (const { metric, attributes, value } of points) {
      const definition = metricsByName.get(metric.name);
      // Counters are kept where they are counted.
      if (definition?.kind === 'gauge') {
        this.#set(definition, attributes, value);
      }
    }
    for (const shown of this.#shown.values()) {
      if (shown.round !== this.#round && shown.round !== 0) {
        shown.round = 0;
        shown.slot.set(undefined);
      }
    }
  }

  showReference(modelType: string, reference: string, profile: ReferenceProfile, layout: CountLayout): void {
    for (const [index, { key, bins }] of layout.signals.entries()) {
      for (const [bin, label] of bins.labels.entries()) {
        const attributes = { model_type: modelType, signal: key, bin: label, reference };
        this.#slot(driftReferenceCount, attributes).set(profile.signals[index]!.counts[bin]);
      }
    }
  }

  #set(metric: MetricDefinition, attributes: Attributes, value: number): void {
    const key = `${metric.name} ${seriesKey(attributes)}`;
    let shown = this.#shown.get(key);
    if (shown === undefined) {
      shown = { slot: this.#slot(metric, attributes), round: 0 };
      this.#shown.set(key, shown);
    }
    shown.slot.set(value);
    shown.round = this.#round;
  }

  #slot(metric: MetricDefinition, attributes: Attributes): GaugeSlot {
    return createGaugeSlot(this.#store, { metric, attributes, origin: 'sampled' }, this.#now);
  }
}
