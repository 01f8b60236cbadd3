/** Bucket counts added up, in memory that is used again for the next series. */
export interface CumulativeCounts {
  /**
   * @param counts of each bucket on its own; those beyond `buckets` belong to the last
   * @param buckets how many buckets there are, the one to infinity included
   * @param countWithoutBuckets what is known of a histogram that has no bucket counts
   * @returns cumulative counts in the first `buckets` places; good until the next call
   * @throws RangeError for counts that are no counts
   */
  of(counts: ArrayLike<number>, length: number, buckets: number, countWithoutBuckets: number): Float64Array;
}

/** More buckets than any known set of bounds has; grows where there are more. */
const FIRST_BUCKETS = 64;

export function createCumulativeCounts(): CumulativeCounts {
  let sums = new Float64Array(FIRST_BUCKETS);
  return {
    of(counts, length, buckets, countWithoutBuckets): Float64Array {
      if (buckets > sums.length) {
        sums = new Float64Array(2 * buckets);
      }
      let total = length === 0 ? countWithoutBuckets : 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        if (bucket < length) {
          total += checked(counts[bucket]!);
        }
        sums[bucket] = total;
      }
      for (let bucket = buckets; bucket < length; bucket++) {
        total += checked(counts[bucket]!);
      }
      sums[buckets - 1] = checked(total);
      return sums;
    },
  };
}

function checked(count: number): number {
  // No number is not equal to itself, and infinity minus itself is no number.
  if (!(count >= 0 && count - Math.floor(count) === 0)) {
    throw new RangeError('the bucket counts are no counts');
  }
  return count;
}
