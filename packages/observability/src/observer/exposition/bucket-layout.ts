import { createByteRun, type ByteRun } from './byte-run.ts';
import { bucketBoundText } from './number-text.ts';

/** How the buckets of a histogram are written: the part of each line that is the same for every series. */
export interface BucketLayout {
  /** `le="0.05"} `, one for each finite bound and one for `+Inf`. */
  readonly tails: readonly ByteRun[];
  /** Bytes of all tails. */
  readonly tailBytes: number;
  /** Whether there are buckets of negative values. */
  readonly hasNegative: boolean;
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
  const tails = [...finite, Infinity].map((bound) => createByteRun(`le="${bucketBoundText(bound)}"} `));
  return {
    tails,
    tailBytes: tails.reduce((sum, { byteCount }) => sum + byteCount, 0),
    hasNegative: (finite[0] ?? 0) < 0,
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
