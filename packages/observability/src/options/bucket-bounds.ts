import type { OptionReader } from './option-reader.ts';

/** Each bucket is a series in Prometheus; with more than this many a histogram costs more than it can tell. */
const MAX_BOUNDS = 200;

/** Seconds, from a tree's millisecond to a slow generation's two minutes; 0.6 is a usual promise. */
export const defaultLatencyBucketsSeconds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.6, 1, 2.5, 5, 10, 30, 60, 120,
];

/** Even steps, and finer ones near 1, where confident models spend their time. */
export const defaultConfidenceBuckets: readonly number[] = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99,
  0.995, 0.999, 1,
];

/** Powers of two, as batches come. */
export const defaultBatchSizeBuckets: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The three histograms' bounds, of all models or of one. */
export interface BucketBounds {
  readonly latencyBucketsSeconds: readonly number[];
  readonly confidenceBuckets: readonly number[];
  readonly batchSizeBuckets: readonly number[];
}

export const defaultBucketBounds: BucketBounds = {
  latencyBucketsSeconds: defaultLatencyBucketsSeconds,
  confidenceBuckets: defaultConfidenceBuckets,
  batchSizeBuckets: defaultBatchSizeBuckets,
};

/**
 * @param fallback bounds of the histograms for which `options` has none
 * @throws ConfigurationError for bounds that are not finite, do not rise, or are none or more than 200
 */
export function resolveBucketBounds(options: OptionReader, fallback: BucketBounds): BucketBounds {
  return {
    latencyBucketsSeconds: resolveBounds(options, 'latencyBucketsSeconds') ?? fallback.latencyBucketsSeconds,
    confidenceBuckets: resolveBounds(options, 'confidenceBuckets') ?? fallback.confidenceBuckets,
    batchSizeBuckets: resolveBounds(options, 'batchSizeBuckets') ?? fallback.batchSizeBuckets,
  };
}

function resolveBounds(options: OptionReader, name: string): readonly number[] | undefined {
  const given = options.value(name);
  if (given === undefined) {
    return undefined;
  }
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_BOUNDS) {
    return options.refuse(name, `must be an array of 1 to ${MAX_BOUNDS} rising numbers`);
  }
  const bounds: number[] = [];
  for (const bound of given as readonly unknown[]) {
    const before = bounds.at(-1);
    if (typeof bound !== 'number' || !Number.isFinite(bound)) {
      options.refuseItem(name, bounds.length, bound, 'must be a finite number');
    } else if (before !== undefined && bound <= before) {
      options.refuseItem(name, bounds.length, bound, `must be greater than the bound before it, ${before}`);
    } else {
      bounds.push(bound);
    }
  }
  return bounds;
}
