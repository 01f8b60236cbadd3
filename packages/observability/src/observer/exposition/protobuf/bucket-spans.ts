import type { NativeBuckets } from '../native-histogram.ts';

/** Neighbouring buckets. */
export interface BucketSpan {
  /** How many buckets lie between it and the span before it; of the first span, its first index. */
  readonly offset: number;
  /** Where its first count is. */
  readonly place: number;
  /** How many buckets it has. */
  length: number;
}

/** Up to so many empty buckets take less room than a new span; client_golang does the same. */
const MAX_EMPTY_BETWEEN = 2;

/** The spans of all buckets but the empty ones at the ends, and those where there are many. */
export function bucketSpans({ firstIndex, counts }: NativeBuckets): BucketSpan[] {
  const spans: BucketSpan[] = [];
  let last: BucketSpan | undefined;
  // As if a span before the first one ended before the index 0.
  let end = -firstIndex;
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] === 0) {
      continue;
    }
    if (last !== undefined && place - end <= MAX_EMPTY_BETWEEN) {
      last.length = place + 1 - last.place;
    } else {
      last = { offset: place - end, place, length: 1 };
      spans.push(last);
    }
    end = place + 1;
  }
  return spans;
}
