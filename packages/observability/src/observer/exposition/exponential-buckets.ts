import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';

/** The doubles that are powers of two run from 2^-1074 to 2^1023. */
const MIN_EXPONENT = -1074;
const MAX_EXPONENT = 1023;

/**
 * An exponential histogram with classic buckets, since the text formats have no others, and not every Prometheus reads others. Its bounds are powers of
 * two: at every scale from 0 on they are bounds of the exponential buckets too, so the counts are exact and `le` stays
 * where it is when the histogram rescales itself. At scales below 0 the bounds are as far apart as its own.
 *
 * The bounds run without gaps from below the smallest value to above the greatest, so `le` values are added when the
 * range of values grows.
 */
export function classicHistogram(point: ExponentialHistogram): Histogram {
  const countAtBound = new Map<number, number>();
  const step = 2 ** Math.max(0, -point.scale);
  addSide(countAtBound, point.negative, point.scale, step, -1);
  if (point.zeroCount > 0 || countAtBound.size > 0) {
    countAtBound.set(0, point.zeroCount);
  }
  addSide(countAtBound, point.positive, point.scale, step, 1);
  const boundaries = sameArray(
    [...countAtBound.keys()].sort((left, right) => left - right),
    step,
  );
  const counts = boundaries.map((bound) => countAtBound.get(bound) ?? 0);
  if (boundaries.at(-1) !== Infinity) {
    counts.push(0);
  }
  const histogram: Histogram = { buckets: { boundaries, counts }, count: point.count };
  if (point.sum !== undefined) {
    histogram.sum = point.sum;
  }
  return histogram;
}

/** More than a service has of different ranges of values; where there are more, all begins anew. */
const MAX_KNOWN = 1000;

const known = new Map<string, number[]>();

/**
 * The same array for the same bounds, so that what is written of them is made once. Powers of two without gaps are known by
 * their ends, their number and the place of zero among them.
 */
function sameArray(boundaries: number[], step: number): number[] {
  const key = [step, boundaries[0], boundaries.at(-1), boundaries.length, boundaries.indexOf(0)].join();
  const same = known.get(key);
  if (same === undefined) {
    if (known.size >= MAX_KNOWN) {
      known.clear();
    }
    known.set(key, boundaries);
  }
  return same ?? boundaries;
}

/**
 * Bucket `i` holds values above base^i, up to and with base^(i+1), with the base 2^(2^-scale); on the negative side
 * the same mirrored. An upper bound is therefore the far end on the positive side and the near end on the negative.
 */
function addSide(
  countAtBound: Map<number, number>,
  side: ExponentialHistogram['positive'],
  scale: number,
  step: number,
  sign: 1 | -1,
): void {
  const counts = new Map<number, number>();
  let lowest = Infinity;
  let highest = -Infinity;
  for (const [position, count] of side.bucketCounts.entries()) {
    if (count === 0) {
      continue;
    }
    const index = side.offset + position;
    const nearEnd = scale >= 0 ? Math.floor(index / 2 ** scale) : index * step;
    const exponent = sign > 0 ? nearEnd + step : nearEnd;
    if (!Number.isSafeInteger(exponent)) {
      throw new RangeError(`no bucket has scale ${scale} and index ${index}`);
    }
    counts.set(exponent, (counts.get(exponent) ?? 0) + count);
    lowest = Math.min(lowest, exponent);
    highest = Math.max(highest, exponent);
  }
  // One empty bucket at the lower end of the values tells quantiles where the first full one begins.
  const from = sign > 0 ? lowest - step : lowest;
  const to = sign > 0 ? highest : highest + step;
  for (let exponent = from; exponent <= to; exponent += step) {
    const bound = sign * powerOfTwo(exponent);
    const count = counts.get(exponent) ?? 0;
    if (bound !== -Infinity || count > 0) {
      const finiteBound = Math.max(bound, -Number.MAX_VALUE);
      countAtBound.set(finiteBound, (countAtBound.get(finiteBound) ?? 0) + count);
    }
  }
}

function powerOfTwo(exponent: number): number {
  return exponent > MAX_EXPONENT ? Infinity : 2 ** Math.max(exponent, MIN_EXPONENT);
}
