/** One metric that this package exports: OpenTelemetry name and unit; the Prometheus name follows from them. */
export interface DriftMetricDefinition {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** UCUM unit; empty where the metric counts things or is a plain number. */
  readonly unit: string;
  readonly description: string;
  readonly labels: readonly string[];
}

type DriftMetricName =
  | 'score'
  | 'featureScore'
  | 'alerts'
  | 'alertActive'
  | 'evidence'
  | 'evidenceThreshold'
  | 'classContribution'
  | 'windowSamples'
  | 'referenceSamples'
  | 'lastEvaluation'
  | 'referenceLoaded'
  | 'referenceWarmUp'
  | 'estimatedAccuracy'
  | 'estimatedAccuracyError'
  | 'liveCount'
  | 'referenceCount';

/** Every metric of this package, by a short name of its own. */
export const driftMetrics: { readonly [name in DriftMetricName]: DriftMetricDefinition } = {
  score: gauge('drift.score', 'How far live traffic is from the reference, by what is compared.', ['metric_type']),
  featureScore: gauge('drift.feature.score', 'How far the values of a feature are from the reference.', ['feature']),
  alerts: {
    name: 'drift.alerts',
    kind: 'counter',
    unit: '',
    description: 'Drift alerts raised, by what drifted.',
    labels: ['model_type', 'alert_type'],
  },
  alertActive: gauge('drift.alert.active', '1 while an alert lasts, else 0.', ['signal']),
  evidence: gauge('drift.evidence', 'Logarithm of the Shiryaev-Roberts statistic of a signal.', [
    'signal',
    'reference',
  ]),
  evidenceThreshold: gauge(
    'drift.evidence.threshold',
    'What drift_evidence of one signal alone has to reach for an alert.',
    ['reference'],
  ),
  classContribution: gauge('drift.class.contribution', 'What a class adds to the population stability index.', [
    'predicted_class',
  ]),
  windowSamples: gauge('drift.window.samples', 'Samples in the window that a score is computed over.', ['signal']),
  referenceSamples: gauge('drift.reference.samples', 'Samples in the reference.', ['signal']),
  lastEvaluation: {
    ...gauge('drift.last_evaluation.timestamp', 'When drift was last evaluated.', []),
    unit: 's',
  },
  referenceLoaded: gauge('drift.reference.loaded', '1 where the model has a reference that can be used, else 0.', []),
  referenceWarmUp: gauge(
    'drift.reference.warmup',
    '1 where the first live predictions are the reference: no alerts.',
    [],
  ),
  estimatedAccuracy: gauge('model.accuracy.estimated', 'Accuracy as the confidences suggest it, without labels.', []),
  estimatedAccuracyError: gauge(
    'model.accuracy.estimated.standard_error',
    'Standard error of model_accuracy_estimated.',
    [],
  ),
  liveCount: {
    name: 'drift.live.count',
    kind: 'counter',
    unit: '',
    description: 'Live samples by bin of the reference.',
    labels: ['model_type', 'signal', 'bin', 'reference'],
  },
  referenceCount: gauge('drift.reference.count', 'Samples of the reference by bin.', ['signal', 'bin', 'reference']),
};

/** {@link driftMetrics} as a list, for catalogues. */
export const driftMetricDefinitions: readonly DriftMetricDefinition[] = Object.values(driftMetrics);

function gauge(name: string, description: string, labels: readonly string[]): DriftMetricDefinition {
  return { name, kind: 'gauge', unit: '', description, labels: ['model_type', ...labels] };
}
