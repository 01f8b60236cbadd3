import { defineMetric, type MetricDefinition } from './metric-definition.ts';

export const driftScore: MetricDefinition = defineMetric({
  name: 'drift.score',
  kind: 'gauge',
  unit: '',
  description: 'How far live traffic is from the reference, by what is compared.',
  labels: ['metric_type'],
  userLabels: false,
});

export const driftAlerts: MetricDefinition = defineMetric({
  name: 'drift.alerts',
  kind: 'counter',
  unit: '',
  description: 'Drift alerts raised, by what drifted.',
  labels: ['alert_type'],
  userLabels: false,
});

export const driftMetrics: readonly MetricDefinition[] = [driftScore, driftAlerts];
