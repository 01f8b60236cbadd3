import type { NativeBuckets } from '../native-histogram.ts';

/** Buckets as Prometheus has them: runs of neighbours, and by how much each count differs from the one before it. */
export interface BucketSpans {
  /** Of each span, how many buckets lie between it and the one before it; of the first, its first index. */
  readonly offsets: readonly number[];
  /** Of each span, how many buckets it has. */
  readonly lengths: readonly number[];
  readonly deltas: readonly number[];
}

/** Up to so many empty buckets take less room than a new span; client_golang does the same. */
const MAX_EMPTY_BETWEEN = 2;

/** Empty buckets are left out, at the ends and where there are many of them. */
export function bucketSpans({ firstIndex, counts }: NativeBuckets): BucketSpans {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const deltas: number[] = [];
  let nextIndex = 0;
  let previous = 0;
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place]!;
    if (count === 0) {
      continue;
    }
    const offset = firstIndex + place - nextIndex;
    if (offsets.length === 0 || offset > MAX_EMPTY_BETWEEN) {
      offsets.push(offset);
      lengths.push(1);
    } else {
      for (let empty = 0; empty < offset; empty++) {
        deltas.push(-previous);
        previous = 0;
      }
      lengths[lengths.length - 1]! += offset + 1;
    }
    deltas.push(count - previous);
    previous = count;
    nextIndex = firstIndex + place + 1;
  }
  return { offsets, lengths, deltas };
}
