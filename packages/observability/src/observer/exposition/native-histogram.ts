/** A histogram with the exponential buckets of Prometheus, whose bounds are the powers of 2^(2^-schema). */
export interface NativeHistogram {
  /** An integer from {@link MIN_SCHEMA} to {@link MAX_SCHEMA}. */
  readonly schema: number;
  /** How far from 0 the values are that `zeroCount` counts; 0 where it counts zeros alone. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly negative: NativeBuckets;
  readonly positive: NativeBuckets;
}

/** The buckets of one side. On the negative side they are mirrored. */
export interface NativeBuckets {
  /** Of the first bucket. Bucket `i` holds values above base^(i-1), up to and with base^i. */
  readonly firstIndex: number;
  /** Of each bucket on its own; not negative, and whole. */
  readonly counts: Float64Array;
}

/** The range of schemas that every Prometheus with native histograms knows. */
export const MIN_SCHEMA = -4;
export const MAX_SCHEMA = 8;

export const NO_BUCKETS: NativeBuckets = { firstIndex: 0, counts: new Float64Array(0) };
