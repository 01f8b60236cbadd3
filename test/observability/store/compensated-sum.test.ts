import { expect } from 'chai';
import { array, assert, double, integer, property, tuple } from 'fast-check';
import { createCompensatedSum } from '../../../packages/observability/src/store/compensated-sum.ts';

/** All finite doubles are integer multiples of this. */
const LEAST_EXPONENT = -1074;

/** A double as an exact integer number of 2^-1074. */
function exactly(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponentBits = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const magnitude = exponentBits === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponentBits - 1);
  return high >>> 31 === 1 ? -magnitude : magnitude;
}

/** The double nearest to an exact number of 2^-1074; of two that are equally near, the even one, as IEEE 754 rounds. */
function nearestDouble(units: bigint): number {
  const magnitude = units < 0n ? -units : units;
  const shift = BigInt(Math.max(0, magnitude.toString(2).length - 53));
  const kept = magnitude >> shift;
  const rest = magnitude - (kept << shift);
  const half = shift === 0n ? 1n : 1n << (shift - 1n);
  const isUp = shift > 0n && (rest > half || (rest === half && kept % 2n === 1n));
  const rounded = Number(isUp ? kept + 1n : kept);
  const scaled = rounded * 2 ** (Number(shift) + LEAST_EXPONENT);
  return units < 0n ? -scaled : scaled;
}

/** What latencies are: from a tenth of a millisecond to a year, in seconds. */
const seconds = double({ min: 1e-4, max: 31_536_000, noNaN: true });

function sumOf(values: readonly number[]): number {
  const sum = createCompensatedSum();
  values.forEach((value) => sum.add(value));
  return sum.rounded;
}

describe('a compensated sum', () => {
  it('is the double nearest to the exact sum', () => {
    assert(
      property(array(seconds, { maxLength: 60 }), (values) => {
        const exact = values.reduce((total, value) => total + exactly(value), 0n);
        expect(sumOf(values)).to.equal(nearestDouble(exact));
      }),
    );
  });

  it('stays the same in whatever order and grouping its parts are added, as writers end one by one', () => {
    const parts = array(tuple(seconds, integer({ min: 0, max: 1_000_000 })), { minLength: 1, maxLength: 40 });
    assert(
      property(parts, integer({ min: 0, max: 40 }), (given, folded) => {
        const values = given.map(([value]) => value);
        const shuffled = given.toSorted(([, left], [, right]) => left - right).map(([value]) => value);
        const total = createCompensatedSum();
        let kept = { rounded: 0, error: 0 };
        for (const value of shuffled.slice(0, folded)) {
          total.clear();
          total.add(kept.rounded);
          total.add(kept.error);
          total.add(value);
          kept = { rounded: total.rounded, error: total.error };
        }
        expect(sumOf([kept.rounded, kept.error, ...shuffled.slice(folded)])).to.equal(sumOf(values));
      }),
    );
  });

  it('never falls by what is added to it', () => {
    const sum = createCompensatedSum();
    let before = 0;
    for (let index = 0; index < 100_000; index++) {
      sum.add(0.1 + index * 1e-12);
      expect(sum.rounded >= before).to.equal(true);
      before = sum.rounded;
    }
  });

  it('keeps what plain addition loses', () => {
    // Neumaier's own example, for which Kahan's summation gives 0.
    expect(sumOf([1, 1e100, 1, -1e100])).to.equal(2);
    expect(sumOf([2 ** 53, 1, 1])).to.equal(2 ** 53 + 2);
  });

  it('starts anew when it is cleared', () => {
    const sum = createCompensatedSum();
    sum.add(0.1);
    sum.add(1e20);
    sum.clear();
    expect(sum.rounded).to.equal(0);
    expect(sum.error).to.equal(0);
  });
});
