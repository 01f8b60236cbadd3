import { defineMetric, type MetricDefinition } from './metric-definition.ts';

export const inferenceRequests: MetricDefinition = defineMetric({
  name: 'inference.requests',
  kind: 'counter',
  unit: '',
  description: 'Inference requests by outcome.',
  labels: ['model_type', 'status'],
  userLabels: true,
});

export const inferenceLatency: MetricDefinition = defineMetric({
  name: 'inference.latency',
  kind: 'histogram',
  unit: 's',
  description: 'Time that successful inferences took.',
  labels: ['model_type'],
  userLabels: true,
});

export const inferenceFailureLatency: MetricDefinition = defineMetric({
  name: 'inference.failure.latency',
  kind: 'histogram',
  unit: 's',
  description: 'Time that failed inferences took; apart, so that failing fast does not look like being fast.',
  labels: ['model_type'],
  userLabels: true,
});

export const errorCount: MetricDefinition = defineMetric({
  name: 'error.count',
  kind: 'counter',
  unit: '',
  description: 'Failed inferences by error code.',
  labels: ['error_code', 'model_type'],
  userLabels: true,
});

export const modelConfidenceScores: MetricDefinition = defineMetric({
  name: 'model.confidence.scores',
  kind: 'histogram',
  unit: '',
  description: 'Confidence of predictions, from 0 to 1.',
  labels: ['model_type'],
  userLabels: true,
});

export const predictionDistribution: MetricDefinition = defineMetric({
  name: 'prediction.distribution',
  kind: 'counter',
  unit: '',
  description: 'Predictions by class.',
  labels: ['model_type', 'predicted_class'],
  userLabels: true,
});

export const batchSize: MetricDefinition = defineMetric({
  name: 'batch.size',
  kind: 'histogram',
  unit: '',
  description: 'Items in a batch given to the model at once.',
  labels: ['model_type'],
  userLabels: true,
});

export const inferenceInFlight: MetricDefinition = defineMetric({
  name: 'inference.in_flight',
  kind: 'upDownCounter',
  unit: '',
  description: 'Inferences that have begun and not ended.',
  labels: ['model_type'],
  userLabels: false,
});

export const inferencePhase: MetricDefinition = defineMetric({
  name: 'inference.phase',
  kind: 'histogram',
  unit: 's',
  description: 'Time that the phases of an inference took.',
  labels: ['model_type', 'phase'],
  userLabels: false,
});

export const inferenceModelInfo: MetricDefinition = defineMetric({
  name: 'inference.model.info',
  kind: 'gauge',
  unit: '',
  description: 'Always 1; version and owner of a declared model, to join on.',
  labels: ['model_type', 'model_version', 'owner'],
  userLabels: false,
});

export const groundTruth: MetricDefinition = defineMetric({
  name: 'ground.truth',
  kind: 'counter',
  unit: '',
  description: 'True labels received, by what they said of the prediction: correct, incorrect, late or unmatched.',
  labels: ['model_type', 'outcome'],
  userLabels: false,
});

export const modelAccuracy: MetricDefinition = defineMetric({
  name: 'model.accuracy',
  kind: 'ratio',
  unit: '',
  description: 'Share of correct predictions among the latest true labels, from 0 to 1.',
  labels: ['model_type'],
  userLabels: false,
});

export const inferenceMetrics: readonly MetricDefinition[] = [
  inferenceRequests,
  inferenceLatency,
  inferenceFailureLatency,
  errorCount,
  modelConfidenceScores,
  predictionDistribution,
  batchSize,
  inferenceInFlight,
  inferencePhase,
  inferenceModelInfo,
  groundTruth,
  modelAccuracy,
];
