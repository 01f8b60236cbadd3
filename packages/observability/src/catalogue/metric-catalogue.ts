import { driftMetrics } from './drift-metrics.ts';
import { inferenceMetrics } from './inference-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';
import { resourceMetrics } from './resource-metrics.ts';
import { runtimeMetrics } from './runtime-metrics.ts';
import { selfMetrics } from './self-metrics.ts';

/** Every metric that this package exports of itself: names, units, help and labels stand here and nowhere else. */
export const metricCatalogue: readonly MetricDefinition[] = [
  ...inferenceMetrics,
  ...resourceMetrics,
  ...driftMetrics,
  ...runtimeMetrics,
  ...selfMetrics,
];

/** The catalogue by OpenTelemetry name. */
export const metricsByName: ReadonlyMap<string, MetricDefinition> = new Map(
  metricCatalogue.map((metric) => [metric.name, metric]),
);
