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
import { type DropCause, type DroppedValues } from './dropped-values.ts';
import type { HistogramSlots } from '../store/histogram-slots.ts';
import type { InferenceOutcome, InferenceRecord } from './inference-types.ts';
import { labelText, textOf } from './label-text.ts';
import type { Model } from './model.ts';
import type { ModelSeries } from './model-series.ts';
import { type Models, UNKNOWN_MODEL } from './models.ts';
import type { PredictionStore } from './prediction-store.ts';
import { METRIC_OF_FIELD, type ReadableRecord, readRecord } from './readable-record.ts';

/** A year: what is beyond it is a clock that jumped, and a sum that such values are added to would be of no use. */
const MAX_LATENCY_MS = 365 * 24 * 3600 * 1000;

/** 2^30 items: beyond it is a mistake, and sums stay far from where float64 loses single items. */
const MAX_BATCH_SIZE = 2 ** 30;

const NO_OUTCOME: InferenceOutcome = Object.freeze({});

/** Counts inferences. None of its methods throws, waits, or allocates once a model and its classes are known. */
export interface InferenceRecorder {
  record(record: InferenceRecord): void;
  /** As `record`, with what is known apart from the outcome that the caller gave. */
  recordOutcome(
    modelType: unknown,
    latencyMs: number,
    success: boolean,
    errorCode: string | undefined,
    outcome: InferenceOutcome | undefined,
  ): void;
  recordPhase(model: Model, phase: string, durationMs: number): void;
}

export interface InferenceRecorderParts {
  readonly models: Models;
  readonly dropped: DroppedValues;
  readonly predictions: PredictionStore;
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
  readonly #hasLabels: boolean;

  constructor(parts: InferenceRecorderParts) {
    this.#models = parts.models;
    this.#dropped = parts.dropped;
    this.#predictions = parts.predictions;
    this.#hasLabels = parts.hasLabels;
  }

  record(record: InferenceRecord): void {
    try {
      // Each field is read once, before anything is counted: a getter that throws must not leave half a record.
      this.#count(
        record.modelType,
        record.latencyMs,
        record.success,
        record.errorCode,
        record.confidence,
        record.predictedClass,
        record.batchSize,
        record.predictions,
        record.requestId,
        record.warmup,
        this.#hasLabels ? record.labels : undefined,
      );
    } catch {
      this.#recordReadable(this.#readable(record));
    }
  }

  recordOutcome(
    modelType: unknown,
    latencyMs: number,
    success: boolean,
    errorCode: string | undefined,
    outcome: InferenceOutcome | undefined,
  ): void {
    try {
      const record = outcome ?? NO_OUTCOME;
      this.#count(
        modelType,
        latencyMs,
        success,
        errorCode,
        record.confidence,
        record.predictedClass,
        record.batchSize,
        record.predictions,
        record.requestId,
        record.warmup,
        this.#hasLabels ? record.labels : undefined,
      );
    } catch {
      this.#recordReadable({ ...this.#readable(outcome), modelType, latencyMs, success, errorCode });
    }
  }

  recordPhase(model: Model, phase: string, durationMs: number): void {
    if (typeof phase === 'string') {
      model.observePhase(phase, durationMs / 1000);
    } else {
      this.#dropped.drop(inferencePhase, 'wrong_type', 'phase');
    }
  }

  #count(
    modelType: unknown,
    latencyMs: unknown,
    success: unknown,
    errorCode: unknown,
    confidence: unknown,
    predictedClass: unknown,
    batchSize: unknown,
    predictions: unknown,
    requestId: unknown,
    warmup: unknown,
    labels: unknown,
  ): void {
    const model = this.#models.get(modelType);
    const series = labels === undefined || labels === null ? model.series : this.#seriesFor(model, labels);
    const slots = series.slots;
    const failed = success === undefined ? errorCode !== undefined && errorCode !== null : success === false;
    if (failed) {
      slots[series.errorIndex]! += 1;
      this.#countError(series, errorCode);
    } else {
      slots[series.successIndex]! += 1;
    }
    if (success !== undefined && typeof success !== 'boolean') {
      this.#dropped.drop(inferenceRequests, 'wrong_type', 'success');
    }
    if (latencyMs !== undefined && warmup !== true) {
      const latency = failed ? series.failureLatency : series.latency;
      if (typeof latencyMs === 'number' && latencyMs >= 0 && latencyMs <= MAX_LATENCY_MS) {
        latency.observe(latencyMs / 1000);
      } else {
        this.#dropNumber(inferenceLatency, latencyMs, 'latencyMs');
      }
    }
    if (confidence !== undefined) {
      this.#observeConfidence(series.confidence, confidence);
    }
    if (predictedClass !== undefined) {
      this.#countClass(series, predictedClass);
    }
    if (batchSize !== undefined) {
      if (Number.isInteger(batchSize) && (batchSize as number) >= 1 && (batchSize as number) <= MAX_BATCH_SIZE) {
        series.batchSize.observe(batchSize as number);
      } else {
        this.#dropNumber(batchSizeMetric, batchSize, 'batchSize');
      }
    }
    if (predictions !== undefined) {
      this.#countPredictions(series, predictions);
    }
    if (requestId !== undefined) {
      this.#remember(requestId, model, predictedClass, predictions);
    }
  }

  #seriesFor(model: Model, labels: unknown): ModelSeries {
    if (typeof labels === 'object') {
      return model.seriesFor(labels as Readonly<Record<string, unknown>>);
    }
    this.#dropped.drop(inferenceRequests, 'wrong_type', 'labels');
    return model.series;
  }

  #countError(series: ModelSeries, errorCode: unknown): void {
    const known = series.errorCodes.get(errorCode);
    if (known !== undefined) {
      known.slots[known.index]! += 1;
      return;
    }
    const text = textOf(errorCode);
    if (text === undefined && errorCode !== undefined && errorCode !== null) {
      this.#dropped.drop(errorCount, 'wrong_type', 'errorCode');
    }
    const block = series.errorCodeSlot(errorCode, text === undefined || text === '' ? 'unknown' : labelText(text));
    block.slots[block.index]! += 1;
  }

  #countClass(series: ModelSeries, predictedClass: unknown): void {
    const known = series.classes.get(predictedClass);
    if (known !== undefined) {
      known.slots[known.index]! += 1;
      return;
    }
    const text = textOf(predictedClass);
    if (text === undefined) {
      if (predictedClass !== null) {
        this.#dropped.drop(predictionDistribution, 'wrong_type', 'predictedClass');
      }
      return;
    }
    const block = series.classSlot(predictedClass, labelText(text));
    block.slots[block.index]! += 1;
  }

  #observeConfidence(histogram: HistogramSlots, confidence: unknown): void {
    if (typeof confidence === 'number' && confidence >= 0 && confidence <= 1) {
      histogram.observe(confidence);
    } else {
      this.#dropNumber(modelConfidenceScores, confidence, 'confidence');
    }
  }

  #countPredictions(series: ModelSeries, predictions: unknown): void {
    if (!Array.isArray(predictions)) {
      this.#dropped.drop(predictionDistribution, 'wrong_type', 'predictions');
      return;
    }
    for (let position = 0; position < predictions.length; position++) {
      let confidence: unknown;
      let predictedClass: unknown;
      try {
        // Read before anything of it is counted, as with records.
        ({ confidence, predictedClass } = predictions[position] as { confidence?: unknown; predictedClass?: unknown });
      } catch {
        this.#dropped.drop(predictionDistribution, 'unreadable', 'predictions');
        continue;
      }
      if (confidence !== undefined) {
        this.#observeConfidence(series.confidence, confidence);
      }
      if (predictedClass !== undefined) {
        this.#countClass(series, predictedClass);
      }
    }
  }

  #remember(requestId: unknown, model: Model, predictedClass: unknown, predictions: unknown): void {
    const classes = Array.isArray(predictions) ? predictions.map(classTextOf) : [classText(predictedClass)];
    const remembered = this.#predictions.remember(requestId, { modelType: model.name ?? UNKNOWN_MODEL, classes });
    if (!remembered) {
      this.#dropped.drop(groundTruth, 'wrong_type', 'requestId');
    }
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

  #recordReadable(fields: ReadableRecord): void {
    try {
      this.#count(
        fields.modelType,
        fields.latencyMs,
        fields.success,
        fields.errorCode,
        fields.confidence,
        fields.predictedClass,
        fields.batchSize,
        fields.predictions,
        fields.requestId,
        fields.warmup,
        undefined,
      );
    } catch {
      // Only the user's own labels are read on the way, and they are left out here: nothing is left that could throw.
    }
  }
}

function classText(predictedClass: unknown): string | undefined {
  const text = textOf(predictedClass);
  return text === undefined ? undefined : labelText(text);
}

function classTextOf(prediction: unknown): string | undefined {
  try {
    return classText((prediction as { predictedClass?: unknown }).predictedClass);
  } catch {
    // Counted as unreadable where the prediction itself is.
    return undefined;
  }
}
