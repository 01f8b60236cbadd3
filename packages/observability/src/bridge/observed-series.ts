import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { LimitedSeries } from './series-limiter.ts';

/**
 * Leaves out the series of observable instruments that were not observed in round `round`. The SDK goes on showing what
 * was observed once, while OpenTelemetry's specification says it should not: a queue that is gone has no length, and a
 * callback that hangs tells nothing.
 * @param observed - all series of observable instruments, by the attributes that the SDK shows them with
 */
export function keepObserved(
  scopeMetrics: readonly ScopeMetrics[],
  observed: WeakMap<Attributes, LimitedSeries>,
  round: number,
): ScopeMetrics[] {
  const isCurrent = (point: DataPoint<unknown>): boolean => {
    const series = observed.get(point.attributes);
    return series === undefined || series.observedInRound === round;
  };
  return scopeMetrics
    .map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => keepPoints(metric, observed, isCurrent)).filter(hasPoints),
    }))
    .filter(({ metrics }) => metrics.length > 0);
}

function keepPoints(
  metric: MetricData,
  observed: WeakMap<Attributes, LimitedSeries>,
  isCurrent: (point: DataPoint<unknown>) => boolean,
): MetricData {
  const first = metric.dataPoints[0];
  if (first === undefined || !observed.has(first.attributes) || metric.dataPoints.every(isCurrent)) {
    return metric;
  }
  return { ...metric, dataPoints: metric.dataPoints.filter(isCurrent) } as MetricData;
}

function hasPoints(metric: MetricData): boolean {
  return metric.dataPoints.length > 0;
}
