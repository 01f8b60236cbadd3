import { expect } from 'chai';
import { array, assert, double, integer, property, uniqueArray } from 'fast-check';
import { rebucket, sameBounds } from '../../../packages/observability/src/store/rebucket.ts';

const bounds = uniqueArray(double({ min: -10, max: 10, noNaN: true }), { maxLength: 8 }).map((values) =>
  values.toSorted((left, right) => left - right),
);

/** Slots of a histogram: bucket counts and the sum. */
function slots(counts: readonly number[], length: number, sum: number): Float64Array {
  return Float64Array.from({ length: length + 2 }, (_, place) => (place <= length ? (counts[place] ?? 0) : sum));
}

describe('bucket counts that are laid out for other bounds', () => {
  it('keep their total and their sum', () => {
    assert(
      property(
        bounds,
        bounds,
        array(integer({ min: 0, max: 1000 })),
        double({ noNaN: true }),
        (from, to, counts, sum) => {
          const before = slots(counts, from.length, sum);
          const after = rebucket(before, from, to);
          const total = (values: Float64Array): number => values.subarray(0, -1).reduce((all, value) => all + value, 0);
          expect(after).to.have.length(to.length + 2);
          expect(total(after)).to.equal(total(before));
          expect(after.at(-1)).to.equal(sum);
        },
      ),
    );
  });

  it('never make a value look smaller than it was', () => {
    assert(
      property(bounds, bounds, array(integer({ min: 0, max: 1000 })), (from, to, counts) => {
        const before = slots(counts, from.length, 0);
        const after = rebucket(before, from, to);
        const atMost = (values: Float64Array, of: readonly number[], limit: number): number =>
          values.subarray(0, of.length).reduce((all, value, place) => (of[place]! <= limit ? all + value : all), 0);
        for (const limit of [...from, ...to]) {
          expect(atMost(after, to, limit)).to.be.at.most(atMost(before, from, limit));
        }
      }),
    );
  });

  it('stay as they are where the bounds are the same', () => {
    const before = slots([1, 2, 3], 2, 6);
    expect(rebucket(before, [1, 2], [1, 2])).to.deep.equal(before);
    expect(sameBounds([1, 2], [1, 2])).to.equal(true);
    expect(sameBounds([1, 2], [1, 3])).to.equal(false);
    expect(sameBounds([1, 2], [1])).to.equal(false);
    expect(sameBounds(undefined, [])).to.equal(false);
  });

  it('go where the upper bound of their bucket falls', () => {
    expect([...rebucket(slots([1, 2, 4, 8], 3, 99), [1, 2, 3], [0.5, 2, 2.5])]).to.deep.equal([0, 3, 0, 12, 99]);
  });
});
