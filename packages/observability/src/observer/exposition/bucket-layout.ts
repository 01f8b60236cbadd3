import type { BucketTails } from './text/bucket-tails.ts';

/** The buckets of a histogram, the part of it that is the same for every series. */
export interface BucketLayout {
  /** Upper bounds, ascending; the last one is infinite. */
  readonly bounds: Float64Array;
  /** Whether there are buckets of negative values. */
  readonly hasNegative: boolean;
  /** A place for who writes text to keep what it says of the buckets. */
  tails: BucketTails | undefined;
}

/**
 * The layout of a histogram with these upper bounds, which are ascending; an infinite last one is the overflow bucket
 * that every histogram has.
 *
 * @throws RangeError for bounds that are no numbers, or not ascending: two buckets of one bound would be one series
 *   written twice.
 */
export function createBucketLayout(boundaries: readonly number[]): BucketLayout {
  const finite = boundaries.at(-1) === Infinity ? boundaries.slice(0, -1) : boundaries;
  let previous = -Infinity;
  for (const bound of finite) {
    if (!Number.isFinite(bound) || bound <= previous) {
      throw new RangeError('the bucket bounds are no ascending numbers');
    }
    previous = bound;
  }
  return {
    bounds: Float64Array.of(...finite, Infinity),
    hasNegative: (finite[0] ?? 0) < 0,
    tails: undefined,
  };
}

/** Layouts by the identity of the bounds, which a histogram keeps from one collection to the next. */
export function createBucketLayouts(): (boundaries: readonly number[]) => BucketLayout {
  const layouts = new WeakMap<readonly number[], BucketLayout>();
  return (boundaries) => {
    let layout = layouts.get(boundaries);
    if (layout === undefined) {
      layout = createBucketLayout(boundaries);
      layouts.set(boundaries, layout);
    }
    return layout;
  };
}
