import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { readableBehind } from '../store-metric.ts';
import type { MetricFamily } from './metric-families.ts';
import { canBeNative } from './native-of-exponential.ts';

/**
 * Whether all series of a family can be native histograms. Before version 3, Prometheus takes all for what the first one
 * is, so a family of both kinds is written as if it had classic buckets alone.
 */
export function isNativeFamily({ parts }: MetricFamily): boolean {
  return parts.every(isNative);
}

function isNative(metric: MetricData): boolean {
  if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
    return false;
  }
  return (
    // The grid of the store is one that Prometheus has; its points would have to be made to look at them.
    readableBehind(metric) !== undefined ||
    // A point without a value is left out later.
    metric.dataPoints.every(({ value }) => canBeNative((value as typeof value | undefined)?.scale ?? 0))
  );
}
