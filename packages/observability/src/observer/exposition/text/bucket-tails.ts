import { createByteRun, type ByteRun } from '../byte-run.ts';
import { bucketBoundText } from '../number-text.ts';

/** The part of the lines of buckets that is the same for every series. */
export interface BucketTails {
  /** `le="0.05"} `, one for each bound. */
  readonly runs: readonly ByteRun[];
  /** Bytes of all of them. */
  readonly byteCount: number;
}

/** @param bounds with `+Inf` */
export function createBucketTails(bounds: Float64Array): BucketTails {
  const runs = Array.from(bounds, (bound) => createByteRun(`le="${bucketBoundText(bound)}"} `));
  return { runs, byteCount: runs.reduce((sum, { byteCount }) => sum + byteCount, 0) };
}
