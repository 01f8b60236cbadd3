import { expect } from 'chai';
import { array, assert, double, property, uniqueArray } from 'fast-check';
import {
  defaultBatchSizeBuckets,
  defaultConfidenceBuckets,
  defaultLatencyBucketsSeconds,
} from '../../../packages/observability/src/options/bucket-bounds.ts';
import { bucketSearch } from '../../../packages/observability/src/store/bucket-search.ts';

/** By definition: the first bucket whose upper bound is not below the value. */
function expectedBucket(bounds: readonly number[], value: number): number {
  const bucket = bounds.findIndex((bound) => value <= bound);
  return bucket === -1 ? bounds.length : bucket;
}

function neighbours(value: number): number[] {
  const step = Math.abs(value) * Number.EPSILON || Number.MIN_VALUE;
  return [value - step, value, value + step];
}

const EDGES = [0, -0, Number.MIN_VALUE, 1, Number.MAX_VALUE, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY];

const anyBounds = uniqueArray(double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 200,
  // 0 and -0 are one bound.
  comparator: (left, right) => left === right,
}).map((bounds) => bounds.toSorted((left, right) => left - right));

describe('a bucket search', () => {
  for (const [name, bounds] of Object.entries({
    latency: defaultLatencyBucketsSeconds,
    confidence: defaultConfidenceBuckets,
    'batch size': defaultBatchSizeBuckets,
  })) {
    it(`puts values at, right below and right above each default bound of ${name} where they belong`, () => {
      const search = bucketSearch(bounds);
      for (const value of [...bounds.flatMap(neighbours), ...EDGES]) {
        expect(search.find(value), String(value)).to.equal(expectedBucket(bounds, value));
      }
    });
  }

  it('puts any number where it belongs, whatever the bounds', () => {
    assert(
      property(anyBounds, array(double({ noNaN: true })), (bounds, values) => {
        const search = bucketSearch(bounds);
        for (const value of [...values, ...bounds.flatMap(neighbours), ...EDGES]) {
          expect(search.find(value), `${value} in ${bounds.join()}`).to.equal(expectedBucket(bounds, value));
        }
      }),
    );
  });

  it('knows bounds that lie closer together than its grid', () => {
    const bounds = Array.from({ length: 200 }, (_, place) => 1 + place * Number.EPSILON);
    const search = bucketSearch(bounds);
    for (const value of bounds.flatMap(neighbours)) {
      expect(search.find(value), String(value)).to.equal(expectedBucket(bounds, value));
    }
  });

  it('takes little memory for bounds that lie far apart', () => {
    const search = bucketSearch([Number.MIN_VALUE, 1, Number.MAX_VALUE]);
    expect(search.firstBuckets).to.have.length.below(513);
    expect([0, 1e-300, 0.5, 1, 2, 1e300].map((value) => search.find(value))).to.deep.equal([0, 1, 1, 1, 2, 2]);
  });
});
