import type { MetricDefinition } from './metric-definition.ts';

export const driftScore: MetricDefinition = {
  name: 'drift.score',
  kind: 'gauge',
  unit: '',
  description: 'How far live traffic is from the reference, by what is compared.',
  labels: ['metric_type'],
  userLabels: false,
};

export const driftAlerts: MetricDefinition = {
  name: 'drift.alerts',
  kind: 'counter',
  unit: '',
  description: 'Drift alerts raised, by what drifted.',
  labels: ['alert_type'],
  userLabels: false,
};

export const driftMetrics: readonly MetricDefinition[] = [driftScore, driftAlerts];
