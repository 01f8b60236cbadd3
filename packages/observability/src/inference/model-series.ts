import type { Attributes } from '@opentelemetry/api';
import {
  batchSize,
  errorCount,
  inferenceFailureLatency,
  inferenceLatency,
  inferenceRequests,
  modelConfidenceScores,
  predictionDistribution,
} from '../catalogue/inference-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { type HistogramBuckets, histogramSlots } from '../store/series-layout.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import type { DriftCounts } from './drift/drift-counts.ts';
import type { BoundedLabel } from './bounded-label.ts';
import { HistogramSlots } from '../store/histogram-slots.ts';
import { isFewToALabel, labelText } from './label-text.ts';
import { OVERFLOW_ATTRIBUTE, OVERFLOW_KEY } from './overflow.ts';

/** The counter of a class, and where it is counted as drift goes. */
export interface ClassSlot extends SlotBlock {
  /** A slot of the model's `DriftCounts`; 0 where there are none. */
  driftSlot: number;
}

/** The buckets of a model's histograms. */
export interface ModelBuckets {
  readonly latencySeconds: HistogramBuckets;
  readonly confidence: HistogramBuckets;
  readonly batchSize: HistogramBuckets;
}

/**
 * The series of one model and one set of the user's labels. Their slots lie side by side, so that recording finds one
 * object and adds to numbers near each other. Histograms are announced when they get their first value, so that a model
 * without confidence does not export an empty histogram of it; those of a declared model are there from the start.
 */
export class ModelSeries {
  // `declare` for the reason given in BucketSearch.
  declare readonly slots: Float64Array;
  declare readonly successIndex: number;
  declare readonly errorIndex: number;
  declare readonly latency: HistogramSlots;
  declare readonly failureLatency: HistogramSlots;
  declare readonly confidence: HistogramSlots;
  declare readonly batchSize: HistogramSlots;
  /** Counters by what the caller gave as class, so that a known class is found without making a text of it. */
  readonly classes: Map<unknown, ClassSlot> = new Map();
  readonly errorCodes: Map<unknown, ClassSlot> = new Map();
  readonly #store: SeriesStore;
  readonly #attributes: Attributes;
  readonly #classLabel: BoundedLabel;
  readonly #errorCodeLabel: BoundedLabel;
  #drift: DriftCounts | undefined;

  constructor(
    store: SeriesStore,
    attributes: Attributes,
    buckets: ModelBuckets,
    classLabel: BoundedLabel,
    errorCodeLabel: BoundedLabel,
    drift: DriftCounts | undefined,
  ) {
    this.#drift = drift;
    this.#store = store;
    this.#attributes = attributes;
    this.#classLabel = classLabel;
    this.#errorCodeLabel = errorCodeLabel;
    const latencySlots = histogramSlots(buckets.latencySeconds);
    const confidenceSlots = histogramSlots(buckets.confidence);
    const block = store.reserve(2 + 2 * latencySlots + confidenceSlots + histogramSlots(buckets.batchSize));
    const histogram = (metric: MetricDefinition, offset: number, told: HistogramBuckets): HistogramSlots =>
      new HistogramSlots(store, block, offset, metric, attributes, told);
    this.slots = block.slots;
    this.successIndex = block.index;
    this.errorIndex = block.index + 1;
    this.latency = histogram(inferenceLatency, 2, buckets.latencySeconds);
    this.failureLatency = histogram(inferenceFailureLatency, 2 + latencySlots, buckets.latencySeconds);
    this.confidence = histogram(modelConfidenceScores, 2 + 2 * latencySlots, buckets.confidence);
    this.batchSize = histogram(batchSize, 2 + 2 * latencySlots + confidenceSlots, buckets.batchSize);
    // Both outcomes exist as soon as a model is seen: a rate of errors needs its zero before the first error.
    store.announce(block, 0, { metric: inferenceRequests, attributes: { ...attributes, status: 'success' } });
    store.announce(block, 1, { metric: inferenceRequests, attributes: { ...attributes, status: 'error' } });
    this.latency.announce();
  }

  /** Makes all that was declared of the model exist at 0. */
  declare(classes: readonly string[], errorCodes: readonly string[]): void {
    this.failureLatency.announce();
    this.confidence.announce();
    this.batchSize.announce();
    for (const predictedClass of classes) {
      this.classSlot(predictedClass, labelText(predictedClass));
    }
    for (const errorCode of errorCodes) {
      this.errorCodeSlot(errorCode, labelText(errorCode));
    }
  }

  /** @param given what the caller gave, e.g. the number 3; @param text the same as a label, e.g. `3` */
  classSlot(given: unknown, text: string): SlotBlock {
    const slot = this.#slotFor(this.classes, predictionDistribution, this.#classLabel, given, text);
    slot.driftSlot = this.#drift?.classSlot(text) ?? 0;
    return slot;
  }

  /** Counts classes there from now on, those that are known already too. */
  setDrift(drift: DriftCounts): void {
    this.#drift = drift;
    for (const [key, slot] of this.classes) {
      if (typeof key === 'string') {
        slot.driftSlot = drift.classSlot(key);
      }
    }
  }

  errorCodeSlot(given: unknown, text: string): SlotBlock {
    return this.#slotFor(this.errorCodes, errorCount, this.#errorCodeLabel, given, text);
  }

  #slotFor(
    known: Map<unknown, ClassSlot>,
    metric: MetricDefinition,
    label: BoundedLabel,
    given: unknown,
    text: string,
  ): ClassSlot {
    const admitted = label.admit(text) && (known.has(text) || label.isDeclared(text) || !this.#store.isFull);
    // A value beyond the limit is not remembered, however often it comes: there is no end of such values.
    const key = admitted ? text : OVERFLOW_KEY;
    let block = known.get(key);
    if (block === undefined) {
      const labels = admitted ? { [label.name]: text } : { [OVERFLOW_ATTRIBUTE]: true };
      block = { ...this.#store.series({ metric, attributes: { ...this.#attributes, ...labels } }), driftSlot: 0 };
      known.set(key, block);
    }
    if (admitted && isFewToALabel(given)) {
      known.set(given, block);
    }
    return block;
  }
}
