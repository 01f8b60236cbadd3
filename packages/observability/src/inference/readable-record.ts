import {
  batchSize,
  errorCount,
  groundTruth,
  inferenceLatency,
  inferenceRequests,
  modelConfidenceScores,
  predictionDistribution,
} from '../catalogue/inference-metrics.ts';
import { driftLiveCount } from '../catalogue/drift-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';

const FIELDS = [
  'modelType',
  'latencyMs',
  'success',
  'errorCode',
  'confidence',
  'predictedClass',
  'batchSize',
  'predictions',
  'requestId',
  'warmup',
  'labels',
  'features',
] as const;

export type RecordField = (typeof FIELDS)[number];

export type ReadableRecord = { readonly [field in RecordField]?: unknown };

/** Which metric misses something when a field cannot be read. */
export const METRIC_OF_FIELD: { readonly [field in RecordField]: MetricDefinition } = {
  modelType: inferenceRequests,
  latencyMs: inferenceLatency,
  success: inferenceRequests,
  errorCode: errorCount,
  confidence: modelConfidenceScores,
  predictedClass: predictionDistribution,
  batchSize,
  predictions: predictionDistribution,
  requestId: groundTruth,
  warmup: inferenceRequests,
  labels: inferenceRequests,
  features: driftLiveCount,
};

/** Reads what can be read of something that should be a record, field by field. */
export function readRecord(record: unknown): { fields: ReadableRecord; unreadable: readonly RecordField[] } {
  const fields: { [field in RecordField]?: unknown } = {};
  const unreadable: RecordField[] = [];
  for (const field of FIELDS) {
    try {
      fields[field] = (record as ReadableRecord)[field];
    } catch {
      unreadable.push(field);
    }
  }
  // Something that is no object at all has no fields: that is one thing that is wrong, not twelve.
  const isNothing = record === undefined || record === null;
  return { fields, unreadable: isNothing ? ['modelType'] : unreadable };
}
