import type { Attributes } from '@opentelemetry/api';
import type { MetricKind } from '../catalogue/metric-definition.ts';

/**
 * How the slots of a series are used:
 * - counter, up-down counter: `[value]`; of one that was announced with bins, `[value of bin 0, ...]`
 * - gauge, mirrored counter: `[value, set at]`, the time in milliseconds since the epoch; NaN is "absent"
 * - ratio: `[numerator, denominator, set at]`
 * - histogram: `[count of bucket 0, ..., count of the bucket to infinity, sum]`; its count is the sum of its buckets
 */
export function slotsOf(kind: MetricKind, bounds: readonly number[] | undefined, bins?: readonly Attributes[]): number {
  switch (kind) {
    case 'counter':
    case 'upDownCounter':
      return bins?.length ?? 1;
    case 'gauge':
    case 'mirroredCounter':
      return 2;
    case 'ratio':
      return 3;
    case 'histogram':
      return (bounds?.length ?? 0) + 2;
  }
}

/** Whether a series is set to values, rather than added to, and is absent until it is set. */
export function isSet(kind: MetricKind): boolean {
  return kind === 'gauge' || kind === 'mirroredCounter';
}
