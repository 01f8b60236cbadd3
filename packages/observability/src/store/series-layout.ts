import type { Attributes } from '@opentelemetry/api';
import type { MetricKind } from '../catalogue/metric-definition.ts';
import { gridded } from './histogram-grid.ts';

/**
 * How the slots of a series are used:
 * - counter, up-down counter: `[value]`; of one that was announced with bins, `[value of bin 0, ...]`
 * - gauge, mirrored counters: `[value, set at]`, the time in milliseconds since the epoch; NaN is "absent"
 * - ratio: `[numerator, denominator, set at]`
 * - histogram: `[count of bucket 0, ..., count of the bucket to infinity, sum]`; its count is the sum of its buckets. One
 *   with a grid has more buckets than it tells: see `slotBoundsOf`
 */
export function slotsOf(kind: MetricKind, bounds: readonly number[] | undefined, bins?: readonly Attributes[]): number {
  switch (kind) {
    case 'counter':
    case 'upDownCounter':
      return bins?.length ?? 1;
    case 'gauge':
    case 'mirroredCounter':
    case 'mirroredUpDownCounter':
      return 2;
    case 'ratio':
      return 3;
    case 'histogram':
      return (bounds?.length ?? 0) + 2;
  }
}

/** Whether a series is set to values, rather than added to, and is absent until it is set. */
export function isSet(kind: MetricKind): boolean {
  return kind === 'gauge' || kind === 'mirroredCounter' || kind === 'mirroredUpDownCounter';
}

/** The buckets that a histogram tells, and whether it is counted by the exponential grid too. */
export interface HistogramBuckets {
  /** Upper bounds, the last one (infinity) left out. */
  readonly bounds: readonly number[];
  readonly hasGrid: boolean;
}

/** Upper bounds of the buckets that a histogram has slots for; the same array for the same array of bounds. */
export function slotBoundsOf(buckets: HistogramBuckets): readonly number[];
export function slotBoundsOf(buckets: Partial<HistogramBuckets>): readonly number[] | undefined;
export function slotBoundsOf({ bounds, hasGrid }: Partial<HistogramBuckets>): readonly number[] | undefined {
  return bounds !== undefined && hasGrid === true ? gridded(bounds).slotBounds : bounds;
}

/** How many slots a histogram takes. */
export function histogramSlots(buckets: HistogramBuckets): number {
  return slotsOf('histogram', slotBoundsOf(buckets));
}
