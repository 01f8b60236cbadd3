import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';

/**
 * What was added between two cumulative values of one series; `undefined` where the later cannot have come from the
 * earlier by adding, which is to say that the series was started anew.
 */
export type Difference<Value> = (later: Value, earlier: Value) => Value | undefined;

export const sumDifference: Difference<number> = (later, earlier) => (later < earlier ? undefined : later - earlier);

/** Without minimum and maximum: those of the whole time say nothing of its last part. */
export const histogramDifference: Difference<Histogram> = (later, earlier) => {
  const counts = countsDifference(later.buckets.counts, earlier.buckets.counts);
  const count = later.count - earlier.count;
  if (counts === undefined || count < 0 || !isSame(later.buckets.boundaries, earlier.buckets.boundaries)) {
    return undefined;
  }
  return {
    buckets: { boundaries: later.buckets.boundaries, counts },
    count,
    ...sumOf(later, earlier),
  };
};

/** A copy that the producer cannot change by counting on. */
export function copyHistogram(value: Histogram): Histogram {
  return { ...value, buckets: { boundaries: value.buckets.boundaries, counts: [...value.buckets.counts] } };
}

export const exponentialDifference: Difference<ExponentialHistogram> = (later, earlier) => {
  const steps = isBucketless(earlier) ? 0 : earlier.scale - later.scale;
  const positive = bucketsDifference(later.positive, earlier.positive, steps);
  const negative = bucketsDifference(later.negative, earlier.negative, steps);
  const zeroCount = later.zeroCount - earlier.zeroCount;
  // A histogram makes its buckets coarser as it grows, and never finer.
  if (steps < 0 || zeroCount < 0 || positive === undefined || negative === undefined) {
    return undefined;
  }
  return {
    count: later.count - earlier.count,
    ...sumOf(later, earlier),
    scale: later.scale,
    zeroCount,
    positive,
    negative,
  };
};

/** A copy that the producer cannot change by counting on. */
export function copyExponentialHistogram(value: ExponentialHistogram): ExponentialHistogram {
  return { ...value, positive: copyBuckets(value.positive), negative: copyBuckets(value.negative) };
}

type Buckets = ExponentialHistogram['positive'];

function copyBuckets(buckets: Buckets): Buckets {
  return { offset: buckets.offset, bucketCounts: [...buckets.bucketCounts] };
}

function sumOf(later: { sum?: number }, earlier: { sum?: number }): { sum?: number } {
  return later.sum === undefined || earlier.sum === undefined ? {} : { sum: later.sum - earlier.sum };
}

function countsDifference(later: readonly number[], earlier: readonly number[]): number[] | undefined {
  if (later.length !== earlier.length) {
    return undefined;
  }
  const counts = later.map((count, bucket) => count - (earlier[bucket] ?? 0));
  return counts.some((count) => count < 0) ? undefined : counts;
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left === right || (left.length === right.length && left.every((bound, index) => bound === right[index]));
}

function isBucketless(value: ExponentialHistogram): boolean {
  return value.count === value.zeroCount;
}

/**
 * @param steps by how many scales the earlier buckets were finer; each step joins two into one: bucket i of a scale
 *   lies in bucket i >> 1 of the next, as the OpenTelemetry data model has it
 */
function bucketsDifference(later: Buckets, earlier: Buckets, steps: number): Buckets | undefined {
  const bucketCounts = [...later.bucketCounts];
  for (const [position, count] of earlier.bucketCounts.entries()) {
    if (count === 0) {
      continue;
    }
    const bucket = ((earlier.offset + position) >> Math.min(steps, 31)) - later.offset;
    const laterCount = bucketCounts[bucket];
    if (laterCount === undefined || laterCount < count) {
      return undefined;
    }
    bucketCounts[bucket] = laterCount - count;
  }
  return { offset: later.offset, bucketCounts };
}
