import type { SpanContext } from '@opentelemetry/api';
import {
  batchSize as batchSizeMetric,
  errorCount,
  groundTruth,
  inferenceLatency,
  inferencePhase,
  inferenceRequests,
  modelConfidenceScores,
  predictionDistribution,
} from '../catalogue/inference-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { type DropCause, type DroppedValues } from '../diagnostics/dropped-values.ts';
import { type DriftCounts, MISSING_CONFIDENCE, OTHER_CONFIDENCE } from './drift/drift-counts.ts';
import { UNKNOWN_CODE } from './failure-code.ts';
import type { EndedOutcome, InferenceRecord, Prediction } from './inference-types.ts';
import { labelText, textOf } from './label-text.ts';
import type { Model } from './model.ts';
import type { ClassSlot, ModelSeries } from './model-series.ts';
import { type Models, UNKNOWN_MODEL } from './models.ts';
import { comparableClass } from './ground-truth/comparable-class.ts';
import type { PredictionStore } from './ground-truth/prediction-store.ts';
import { METRIC_OF_FIELD, type ReadableRecord, readRecord } from './readable-record.ts';
import type { SampledSpans } from './sampled-spans.ts';

/** A year: what is beyond it is a clock that jumped, and a sum that such values are added to would be of no use. */
const MAX_LATENCY_MS = 365 * 24 * 3600 * 1000;

/** 2^30 items: beyond it is a mistake, and sums stay far from where float64 loses single items. */
const MAX_BATCH_SIZE = 2 ** 30;

/** 64 times the largest default bucket of batch sizes: an array beyond it is no batch's, and must not hold up its caller. */
const MOST_PREDICTIONS = 65_536;

const NO_OUTCOME: EndedOutcome = Object.freeze({});

/**
 * The numbers of a record on their way to `#count`. As arguments they would become objects of 16 bytes each wherever V8
 * does not inline the call (bench `allocation`).
 */
const numbers = new Float64Array(3);
const LATENCY_SECONDS = 0;
const CONFIDENCE = 1;
const BATCH_SIZE = 2;
const NOTHING = Number.NaN;
/** In the place of the latency: the inference warmed the model up. Its time does not count, nor its input for drift. */
const WARM_UP = -1;

/** Counts inferences. None of its methods throws, waits, or allocates once a model and its classes are known. */
export interface InferenceRecorder {
  record(record: InferenceRecord): void;
  /**
   * As `record`, with what is known apart from the outcome that the caller gave, and the span of the inference.
   *
   * @param failure the error code of an inference that failed; where it is undefined, the outcome says whether it did
   */
  recordOutcome(
    modelType: unknown,
    latencyMs: number,
    failure: string | undefined,
    outcome: EndedOutcome | undefined,
    span: SpanContext | undefined,
  ): void;
  recordPhase(model: Model, phase: string, durationMs: number): void;
}

export interface InferenceRecorderParts {
  readonly models: Models;
  readonly dropped: DroppedValues;
  readonly predictions: PredictionStore;
  readonly spans: SampledSpans;
  /** Whether the user declared labels; without them `labels` is not looked at. */
  readonly hasLabels: boolean;
}

export function createInferenceRecorder(parts: InferenceRecorderParts): InferenceRecorder {
  return new SlotInferenceRecorder(parts);
}

class SlotInferenceRecorder implements InferenceRecorder {
  readonly #models: Models;
  readonly #dropped: DroppedValues;
  readonly #predictions: PredictionStore;
  readonly #spans: SampledSpans;
  readonly #hasLabels: boolean;

  constructor(parts: InferenceRecorderParts) {
    this.#models = parts.models;
    this.#dropped = parts.dropped;
    this.#predictions = parts.predictions;
    this.#spans = parts.spans;
    this.#hasLabels = parts.hasLabels;
  }

  record(record: InferenceRecord): void {
    try {
      // Each field is read once, before anything is counted: a getter that throws must not leave half a record.
      const { modelType, latencyMs, success, errorCode, confidence, predictedClass, batchSize } = record;
      const { predictions, requestId, warmup } = record;
      const labels = this.#hasLabels ? record.labels : undefined;
      const features = this.#models.watchesFeatures ? record.features : undefined;
      const span = this.#spans.mightTrace ? this.#spans.active() : undefined;
      this.#takeNumbers(latencyMs, warmup, confidence, batchSize);
      this.#count(modelType, success, errorCode, predictedClass, predictions, requestId, labels, features, span);
    } catch {
      this.#recordReadable(this.#readable(record), this.#spans.active());
    }
  }

  recordOutcome(
    modelType: unknown,
    latencyMs: number,
    failure: string | undefined,
    outcome: EndedOutcome | undefined,
    span: SpanContext | undefined,
  ): void {
    try {
      const record = outcome ?? NO_OUTCOME;
      const { confidence, predictedClass, batchSize, predictions, requestId, warmup } = record;
      const success = failure === undefined ? record.success : false;
      const errorCode = failure ?? record.errorCode;
      const labels = this.#hasLabels ? record.labels : undefined;
      const features = this.#models.watchesFeatures ? record.features : undefined;
      this.#takeNumbers(latencyMs, warmup, confidence, batchSize);
      this.#count(modelType, success, errorCode, predictedClass, predictions, requestId, labels, features, span);
    } catch {
      const readable = this.#readable(outcome);
      const told = failure === undefined ? readable : { ...readable, success: false, errorCode: failure };
      this.#recordReadable({ ...told, modelType, latencyMs }, span);
    }
  }

  recordPhase(model: Model, phase: string, durationMs: number): void {
    if (typeof phase === 'string') {
      model.observePhase(phase, durationMs / 1000);
    } else {
      this.#dropped.drop(inferencePhase, 'wrong_type', 'phase');
    }
  }

  /** Leaves in `numbers` what there is to observe, and drops what is no usable number. */
  #takeNumbers(latencyMs: unknown, warmup: unknown, confidence: unknown, batchSize: unknown): void {
    let latencySeconds = WARM_UP;
    let score = NOTHING;
    let size = NOTHING;
    if (warmup !== true) {
      latencySeconds = NOTHING;
      if (isLatency(latencyMs)) {
        latencySeconds = latencyMs / 1000;
      } else if (latencyMs !== undefined && latencyMs !== null) {
        this.#dropNumber(inferenceLatency, latencyMs, 'latencyMs');
      }
    }
    if (isConfidence(confidence)) {
      score = confidence;
    } else if (confidence !== undefined) {
      score = this.#oddConfidence(confidence);
    }
    if (isBatchSize(batchSize)) {
      size = batchSize;
    } else if (batchSize !== undefined && batchSize !== null) {
      this.#dropNumber(batchSizeMetric, batchSize, 'batchSize');
    }
    // Only now: dropping warns, and whoever listens to warnings may record in its turn.
    numbers[LATENCY_SECONDS] = latencySeconds;
    numbers[CONFIDENCE] = score;
    numbers[BATCH_SIZE] = size;
  }

  /**
   * Counts one record, its numbers in `numbers`.
   *
   * All that most records have is counted in this one method, so that it is longer than what V8 inlines (460 bytes of
   * bytecode, without what it calls): compiled on its own it has room for the histograms, whereas within a caller they
   * would stay calls, with a number boxed for each (bench `record`, 12 ns).
   */
  #count(
    modelType: unknown,
    success: unknown,
    errorCode: unknown,
    predictedClass: unknown,
    predictions: unknown,
    requestId: unknown,
    labels: unknown,
    features: unknown,
    span: SpanContext | undefined,
  ): void {
    // Read before anything of the caller's runs, which may record in its turn.
    const latencySeconds = numbers[LATENCY_SECONDS]!;
    const confidence = numbers[CONFIDENCE]!;
    const batchSize = numbers[BATCH_SIZE]!;
    const model = this.#models.get(modelType);
    let { drift } = model;
    if (drift !== undefined && latencySeconds === WARM_UP) {
      drift = undefined;
    }
    const series = labels === undefined || labels === null ? model.series : this.#seriesFor(model, labels);
    let failed = false;
    if (typeof success === 'boolean') {
      failed = !success;
    } else if (success === undefined || success === null) {
      failed = isErrorCode(errorCode);
    } else {
      // Of a caller that gives 0 or 'false', failures must not become successes.
      this.#dropped.drop(inferenceRequests, 'wrong_type', 'success');
      failed = !success || success === 'false' || isErrorCode(errorCode);
    }
    if (failed) {
      series.slots[series.errorIndex]!++;
      const known = series.errorCodes.get(errorCode);
      if (known === undefined) {
        this.#countNewError(series, errorCode);
      } else {
        known.slots[known.index]!++;
      }
    } else {
      series.slots[series.successIndex]!++;
    }
    if (latencySeconds >= 0) {
      const histogram = failed ? series.failureLatency : series.latency;
      histogram.observe(latencySeconds);
      if (span !== undefined) {
        histogram.exemplify(latencySeconds, span);
      }
    }
    if (confidence >= 0) {
      series.confidence.observe(confidence);
    }
    let knownClass: ClassSlot | undefined;
    if (predictedClass !== undefined) {
      knownClass = series.classes.get(predictedClass);
      if (knownClass === undefined) {
        this.#countNewClass(series, drift, predictedClass);
      } else {
        knownClass.slots[knownClass.index]!++;
      }
    }
    // All in one place: a model without a reference pays for one comparison.
    if (drift !== undefined) {
      if (knownClass !== undefined) {
        drift.slots[knownClass.driftSlot]!++;
      }
      if (confidence >= 0) {
        drift.countConfidence(confidence);
      } else if (confidence < 0) {
        drift.countOddConfidence(confidence);
      }
      if (drift.hasMore) {
        drift.countMore(predictedClass, confidence, features, this.#dropped);
      }
    }
    if (batchSize >= 0) {
      series.batchSize.observe(batchSize);
    }
    const batch = predictions === undefined ? 0 : this.#countPredictions(series, drift, predictions);
    if (requestId !== undefined) {
      this.#remember(requestId, model.name ?? textOf(modelType), predictedClass, predictions, batch);
    }
  }

  #seriesFor(model: Model, labels: unknown): ModelSeries {
    if (typeof labels !== 'object') {
      this.#dropped.drop(inferenceRequests, 'wrong_type', 'labels');
      return model.series;
    }
    try {
      return model.seriesFor(labels as Readonly<Record<string, unknown>>);
    } catch {
      this.#dropped.drop(inferenceRequests, 'unreadable', 'labels');
      return model.series;
    }
  }

  #countNewError(series: ModelSeries, errorCode: unknown): void {
    const text = textOf(errorCode);
    if (text === undefined && isErrorCode(errorCode)) {
      this.#dropped.drop(errorCount, 'wrong_type', 'errorCode');
    }
    const block =
      isErrorCode(errorCode) && text !== undefined
        ? series.errorCodeSlot(errorCode, labelText(text))
        : series.errorCodeSlot(undefined, UNKNOWN_CODE);
    block.slots[block.index]!++;
  }

  #countNewClass(series: ModelSeries, drift: DriftCounts | undefined, predictedClass: unknown): void {
    // What is no class counts too: many of them are a change that somebody wants to know of.
    drift?.countClass(predictedClass);
    const text = textOf(predictedClass);
    if (text === undefined || text === '') {
      if (predictedClass !== null) {
        // An empty label is no label to Prometheus: the series would not have the one that it must have.
        this.#dropped.drop(predictionDistribution, text === '' ? 'out_of_range' : 'wrong_type', 'predictedClass');
      }
      return;
    }
    const block = series.classSlot(predictedClass, labelText(text));
    block.slots[block.index]!++;
  }

  /** @returns how many predictions there are */
  #countPredictions(series: ModelSeries, drift: DriftCounts | undefined, predictions: unknown): number {
    const count = this.#batchLength(predictions);
    for (let position = 0; position < count; position++) {
      let isReadable = false;
      let confidence: unknown;
      let predictedClass: unknown;
      try {
        // Read before anything of it is counted, as with records.
        const prediction = predictionAt(predictions, position);
        isReadable = prediction !== undefined && prediction !== null;
        confidence = prediction?.confidence;
        predictedClass = prediction?.predictedClass;
      } catch {
        isReadable = false;
      }
      if (!isReadable) {
        this.#dropped.drop(predictionDistribution, 'unreadable', 'predictions');
        continue;
      }
      let score = NOTHING;
      if (isConfidence(confidence)) {
        score = confidence;
        series.confidence.observe(confidence);
        drift?.countConfidence(confidence);
      } else if (confidence !== undefined) {
        score = this.#oddConfidence(confidence);
        drift?.countOddConfidence(score);
      }
      if (predictedClass !== undefined) {
        const known = series.classes.get(predictedClass);
        if (known === undefined) {
          this.#countNewClass(series, drift, predictedClass);
        } else {
          known.slots[known.index]!++;
          if (drift !== undefined) {
            drift.slots[known.driftSlot]!++;
          }
        }
      }
      if (drift !== undefined && drift.hasMore) {
        // Features are those of the request, which is counted on its own.
        drift.countMore(predictedClass, score, undefined, this.#dropped);
      }
    }
    return count;
  }

  #batchLength(predictions: unknown): number {
    let cause: DropCause = 'wrong_type';
    try {
      if (Array.isArray(predictions)) {
        const { length } = predictions;
        if (length <= MOST_PREDICTIONS) {
          return length;
        }
        cause = 'out_of_range';
      }
    } catch {
      cause = 'unreadable';
    }
    this.#dropped.drop(predictionDistribution, cause, 'predictions');
    return cause === 'out_of_range' ? MOST_PREDICTIONS : 0;
  }

  /** @param batch how many predictions there are; 0 where the one prediction is `predictedClass` */
  #remember(
    requestId: unknown,
    modelType: string | undefined,
    predictedClass: unknown,
    predictions: unknown,
    batch: number,
  ): void {
    const classes =
      batch === 0
        ? [comparableClass(predictedClass)]
        : Array.from({ length: batch }, (_, position) => classTextAt(predictions, position));
    if (!this.#predictions.remember(requestId, { modelType: modelType ?? UNKNOWN_MODEL, classes })) {
      // A text that is none to remember by is empty or too long.
      this.#dropped.drop(groundTruth, typeof requestId === 'string' ? 'out_of_range' : 'wrong_type', 'requestId');
    }
  }

  /** Drops what is no confidence. @returns which bin it counts in: null and NaN are how one says that there is none */
  #oddConfidence(confidence: unknown): number {
    if (confidence !== null) {
      this.#dropNumber(modelConfidenceScores, confidence, 'confidence');
    }
    return confidence === null || Number.isNaN(confidence) || confidence === '' ? MISSING_CONFIDENCE : OTHER_CONFIDENCE;
  }

  #dropNumber(metric: MetricDefinition, value: unknown, field: string): void {
    let cause: DropCause = 'wrong_type';
    if (typeof value === 'number') {
      cause = Number.isFinite(value) ? 'out_of_range' : 'not_finite';
    }
    this.#dropped.drop(metric, cause, field);
  }

  /** What can be read of a record whose getters throw, or that is no object. */
  #readable(record: unknown): ReadableRecord {
    const { fields, unreadable } = readRecord(record);
    for (const field of unreadable) {
      this.#dropped.drop(METRIC_OF_FIELD[field], 'unreadable', field);
    }
    return fields;
  }

  #recordReadable(fields: ReadableRecord, span: SpanContext | undefined): void {
    try {
      const { modelType, success, errorCode, predictedClass, predictions, requestId, features } = fields;
      this.#takeNumbers(fields.latencyMs, fields.warmup, fields.confidence, fields.batchSize);
      this.#count(modelType, success, errorCode, predictedClass, predictions, requestId, undefined, features, span);
    } catch {
      // Nothing of the caller's runs on this way; if something of ours throws, the caller must not learn of it so.
    }
  }
}

/** An empty text and the number 0 are what protocols give for "no error", as gRPC's OK. */
function isErrorCode(errorCode: unknown): boolean {
  return errorCode !== undefined && errorCode !== null && errorCode !== '' && errorCode !== 0;
}

function isLatency(latencyMs: unknown): latencyMs is number {
  return typeof latencyMs === 'number' && latencyMs >= 0 && latencyMs <= MAX_LATENCY_MS;
}

function isConfidence(confidence: unknown): confidence is number {
  return typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
}

function isBatchSize(batchSize: unknown): batchSize is number {
  return Number.isInteger(batchSize) && (batchSize as number) >= 1 && (batchSize as number) <= MAX_BATCH_SIZE;
}

function classTextAt(predictions: unknown, position: number): string | undefined {
  try {
    return comparableClass(predictionAt(predictions, position)?.predictedClass);
  } catch {
    // Counted as unreadable where the prediction itself is.
    return undefined;
  }
}

/** @throws whatever a getter or a proxy throws */
function predictionAt(predictions: unknown, position: number): UnknownPrediction | null | undefined {
  return (predictions as readonly (UnknownPrediction | null | undefined)[])[position];
}

type UnknownPrediction = Readonly<Partial<Record<keyof Prediction, unknown>>>;
