import { isDeepStrictEqual } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import type { MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';

/** One data point, with what it belongs to. */
export interface CollectedPoint {
  readonly scope: string;
  readonly metric: MetricData;
  readonly attributes: Attributes;
  readonly value: unknown;
}

export function pointsOf(scopeMetrics: readonly ScopeMetrics[], name?: string): CollectedPoint[] {
  const points: CollectedPoint[] = [];
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      if (name === undefined || metric.descriptor.name === name) {
        for (const { attributes, value } of metric.dataPoints) {
          points.push({ scope: scope.name, metric, attributes, value });
        }
      }
    }
  }
  return points;
}

export function valuesOf(scopeMetrics: readonly ScopeMetrics[], name: string): number[] {
  return pointsOf(scopeMetrics, name).map(({ value }) => value as number);
}

export function sumOf(scopeMetrics: readonly ScopeMetrics[], name: string): number {
  return valuesOf(scopeMetrics, name).reduce((sum, value) => sum + value, 0);
}

/** The value of the one series with these attributes. */
export function valueAt(scopeMetrics: readonly ScopeMetrics[], name: string, attributes: Attributes): unknown {
  return pointsOf(scopeMetrics, name).find((point) => isDeepStrictEqual(point.attributes, attributes))?.value;
}
