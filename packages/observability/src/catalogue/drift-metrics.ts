import { defineMetric, type MetricDefinition } from './metric-definition.ts';

// Those of `@inferometer/drift-metrics`, which is not loaded where there is no reference; a test compares them.

function driftMetric(
  kind: MetricDefinition['kind'],
  name: string,
  labels: readonly string[],
  description: string,
  unit: string = '',
): MetricDefinition {
  return defineMetric({ name, kind, unit, description, labels, userLabels: false });
}

/** Where a monitor computed it, `model_type` too. */
export const driftScore: MetricDefinition = driftMetric(
  'gauge',
  'drift.score',
  ['metric_type'],
  'How far live traffic is from the reference, by what is compared.',
);

/** Where a monitor raised it, `model_type` too. */
export const driftAlerts: MetricDefinition = driftMetric(
  'counter',
  'drift.alerts',
  ['alert_type'],
  'Drift alerts raised, by what drifted.',
);

export const driftLiveCount: MetricDefinition = driftMetric(
  'counter',
  'drift.live.count',
  ['model_type', 'signal', 'bin', 'reference'],
  'Live samples by bin of the reference.',
);

export const driftReferenceCount: MetricDefinition = driftMetric(
  'gauge',
  'drift.reference.count',
  ['model_type', 'signal', 'bin', 'reference'],
  'Samples of the reference by bin.',
);

export const driftMetrics: readonly MetricDefinition[] = [
  driftScore,
  driftMetric(
    'gauge',
    'drift.feature.score',
    ['model_type', 'feature'],
    'How far the values of a feature are from the reference.',
  ),
  driftAlerts,
  driftMetric('gauge', 'drift.alert.active', ['model_type', 'signal'], '1 while an alert lasts, else 0.'),
  driftMetric(
    'gauge',
    'drift.evidence',
    ['model_type', 'signal', 'reference'],
    'Logarithm of the Shiryaev-Roberts statistic of a signal.',
  ),
  driftMetric(
    'gauge',
    'drift.evidence.threshold',
    ['model_type', 'reference'],
    'What drift_evidence of one signal alone has to reach for an alert.',
  ),
  driftMetric(
    'gauge',
    'drift.class.contribution',
    ['model_type', 'predicted_class'],
    'What a class adds to the population stability index.',
  ),
  driftMetric(
    'gauge',
    'drift.window.samples',
    ['model_type', 'signal'],
    'Samples in the window that a score is computed over.',
  ),
  driftMetric('gauge', 'drift.reference.samples', ['model_type', 'signal'], 'Samples in the reference.'),
  driftMetric('gauge', 'drift.last_evaluation.timestamp', ['model_type'], 'When drift was last evaluated.', 's'),
  driftMetric(
    'gauge',
    'drift.reference.loaded',
    ['model_type'],
    '1 where the model has a reference that can be used, else 0.',
  ),
  driftMetric(
    'gauge',
    'drift.reference.warmup',
    ['model_type'],
    '1 where the first live predictions are the reference: no alerts.',
  ),
  driftMetric(
    'gauge',
    'model.accuracy.estimated',
    ['model_type'],
    'Accuracy as the confidences suggest it, without labels.',
  ),
  driftMetric(
    'gauge',
    'model.accuracy.estimated.standard_error',
    ['model_type'],
    'Standard error of model_accuracy_estimated.',
  ),
  driftLiveCount,
  driftReferenceCount,
];
