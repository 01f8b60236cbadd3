import { expect } from 'chai';
import { upperGammaRatio } from '../../../packages/drift-metrics/src/mathematics/incomplete-gamma.ts';
import { isotonicRegression } from '../../../packages/drift-metrics/src/mathematics/isotonic-regression.ts';
import { logGamma } from '../../../packages/drift-metrics/src/mathematics/log-gamma.ts';

describe('Mathematics', () => {
  it('computes the logarithm of gamma as SciPy does', () => {
    // scipy.special.gammaln, SciPy 1.17.1.
    const values: [number, number][] = [
      [1e-5, 11.512919692895824],
      [0.25, 1.2880225246980774],
      [0.5, 0.5723649429247004],
      [1, 0],
      [2, 0],
      [3.75, 1.4868155785934172],
      [11.999, 17.499865227646108],
      [12, 17.502307845873887],
      [100.5, 361.43554046777757],
      [1e7, 151180949.36947393],
    ];
    for (const [x, expected] of values) {
      expect(logGamma(x), String(x)).to.be.closeTo(expected, 1e-11 + Math.abs(expected) * 1e-15);
    }
  });

  it('computes the tail of the gamma distribution as SciPy does', () => {
    // scipy.special.gammaincc, SciPy 1.17.1.
    const values: [number, number, number][] = [
      [0.5, 0.1, 0.6547208460185768],
      [4.5, 2, 0.9114125268316792],
      [4.5, 20, 7.598525229464264e-6],
      [25.5, 40, 0.005851324693766105],
      [100, 90, 0.84177901081357],
      [3, 0, 1],
    ];
    for (const [a, x, expected] of values) {
      expect(upperGammaRatio(a, x), `${a}, ${x}`).to.be.closeTo(expected, 1e-12);
    }
  });

  it('finds the nearest non-decreasing values', () => {
    expect(isotonicRegression([1, 3, 2], [1, 1, 1])).to.deep.equal([1, 2.5, 2.5]);
    expect(isotonicRegression([5, 4, 3, 2, 1], [1, 1, 1, 1, 1])).to.deep.equal([3, 3, 3, 3, 3]);
    // sklearn.isotonic.IsotonicRegression, scikit-learn 1.9.1.
    const fitted = isotonicRegression([0.2, 0.1, 0.4, 0.3, 0.9, 0.8], [10, 20, 5, 5, 1, 9]);
    const expected = [0.13333333333333333, 0.13333333333333333, 0.35, 0.35, 0.81, 0.81];
    for (const [index, value] of expected.entries()) {
      expect(fitted[index]).to.be.closeTo(value, 1e-12);
    }
  });

  it('gives a value without weight that of its neighbours', () => {
    expect(isotonicRegression([0.5, 0.2, 0.5, 0.9, 0.5], [0, 10, 0, 10, 0])).to.deep.equal([0.2, 0.2, 0.2, 0.9, 0.9]);
    expect(isotonicRegression([0.5, 0.5], [0, 0])).to.deep.equal([0.5, 0.5]);
    expect(isotonicRegression([], [])).to.deep.equal([]);
  });
});
