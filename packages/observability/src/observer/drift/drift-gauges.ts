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
  readonly name: string;
  readonly attributes: Attributes;
  readonly slot: GaugeSlot;
  round: number;
}

class SlotDriftGauges implements DriftGauges {
  readonly #store: SeriesStore;
  readonly #now: () => number;
  /** References bound what there can be: models, signals, classes. */
  readonly #shown = new Map<string, Shown>();
  readonly #places: (Shown | undefined)[] = [];
  #round = 0;

  constructor(store: SeriesStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  show(points: readonly DriftPoint[]): void {
    this.#round += 1;
    for (const [place, { metric, attributes, value }] of points.entries()) {
      // Counters are kept where they are counted.
      if (metric.kind === 'gauge') {
        const shown = this.#shownAt(place, metric.name, attributes);
        shown?.slot.set(value);
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

  /** From one evaluation to the next most points have the same place: of those no key is made. */
  #shownAt(place: number, name: string, attributes: Attributes): Shown | undefined {
    let shown = this.#places[place];
    if (shown === undefined || shown.name !== name || !isSame(shown.attributes, attributes)) {
      shown = this.#shownBy(name, attributes);
      this.#places[place] = shown;
    }
    if (shown !== undefined) {
      shown.round = this.#round;
    }
    return shown;
  }

  #shownBy(name: string, attributes: Attributes): Shown | undefined {
    const key = `${name} ${seriesKey(attributes)}`;
    const metric = metricsByName.get(name);
    let shown = this.#shown.get(key);
    if (shown === undefined && metric !== undefined) {
      shown = { name, attributes, slot: this.#slot(metric, attributes), round: 0 };
      this.#shown.set(key, shown);
    }
    return shown;
  }

  #slot(metric: MetricDefinition, attributes: Attributes): GaugeSlot {
    return createGaugeSlot(this.#store, { metric, attributes, origin: 'sampled' }, this.#now);
  }
}

/** Of one metric, whose points have the same labels. */
function isSame(left: Attributes, right: Attributes): boolean {
  for (const label in right) {
    if (left[label] !== right[label]) {
      return false;
    }
  }
  return true;
}
