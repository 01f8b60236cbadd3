import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  chiSquareTest,
  correctedPopulationStabilityIndex,
  hellingerDistance,
  jensenShannonDistance,
  kolmogorovSmirnovDistance,
  populationStabilityContributions,
  populationStabilityIndex,
  scaledWassersteinDistance,
  totalVariationDistance,
  wassersteinDistance,
  type Counts,
} from '@inferometer/drift-metrics';

interface Vector {
  readonly name: string;
  readonly reference: number[];
  readonly live: number[];
  readonly positions: number[];
  readonly populationStabilityIndex: number;
  readonly corrected: number;
  readonly jensenShannon: number;
  readonly jensenShannonBase2: number;
  readonly hellinger: number;
  readonly totalVariation: number;
  readonly kolmogorovSmirnov: number;
  readonly wasserstein: number;
  readonly chiSquare: { readonly statistic: number; readonly degreesOfFreedom: number; readonly pValue: number };
}

// Made with SciPy 1.17.1 and NumPy 2.4.6 by packages/drift-metrics/simulations/oracles/divergences.py.
const { vectors } = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[];
};

const divergences: [keyof Vector, (reference: Counts, live: Counts, vector: Vector) => number][] = [
  ['populationStabilityIndex', populationStabilityIndex],
  ['corrected', correctedPopulationStabilityIndex],
  ['jensenShannon', (reference, live) => jensenShannonDistance(reference, live)],
  ['jensenShannonBase2', (reference, live) => jensenShannonDistance(reference, live, 2)],
  ['hellinger', hellingerDistance],
  ['totalVariation', totalVariationDistance],
  ['kolmogorovSmirnov', kolmogorovSmirnovDistance],
  ['wasserstein', (reference, live, { positions }) => wassersteinDistance(positions, reference, live)],
];

describe('Divergences', () => {
  for (const vector of vectors) {
    it(`equal SciPy to 1e-9: ${vector.name}`, () => {
      for (const [field, divergence] of divergences) {
        expect(divergence(vector.reference, vector.live, vector), field).to.be.closeTo(vector[field] as number, 1e-9);
      }
      const { statistic, degreesOfFreedom, pValue } = chiSquareTest(vector.reference, vector.live);
      expect(statistic).to.be.closeTo(vector.chiSquare.statistic, 1e-9 * Math.max(1, vector.chiSquare.statistic));
      expect(degreesOfFreedom).to.equal(vector.chiSquare.degreesOfFreedom);
      expect(pValue).to.be.closeTo(vector.chiSquare.pValue, 1e-9);
    });
  }

  it('give 0 for equal shares, and chi-square a probability of 1', () => {
    for (const [field, divergence] of divergences) {
      const value = divergence([20, 30, 50], [20, 30, 50], { positions: [1, 2, 3] } as unknown as Vector);
      expect(value, field).to.equal(0);
    }
    expect(chiSquareTest([20, 30, 50], [20, 30, 50]).pValue).to.equal(1);
  });

  it('tell where one side is empty: NaN, and a corrected index of 0', () => {
    expect(jensenShannonDistance([1, 2], [0, 0])).to.deep.equal(Number.NaN);
    expect(hellingerDistance([0, 0], [1, 2])).to.deep.equal(Number.NaN);
    expect(totalVariationDistance([1, 2], [0, 0])).to.deep.equal(Number.NaN);
    expect(kolmogorovSmirnovDistance([1, 2], [0, 0])).to.deep.equal(Number.NaN);
    expect(wassersteinDistance([0, 1], [1, 2], [0, 0])).to.deep.equal(Number.NaN);
    expect(chiSquareTest([1, 2], [0, 0]).pValue).to.deep.equal(Number.NaN);
    expect(correctedPopulationStabilityIndex([1, 2], [0, 0])).to.equal(0);
  });

  it('refuse counts of different bins', () => {
    expect(() => populationStabilityIndex([1, 2], [1])).to.throw(
      RangeError,
      'counts must have the same bins, at least one; the reference has 2, live has 1.',
    );
  });

  it('name the bins that moved: contributions add up to the index', () => {
    const contributions = populationStabilityContributions([100, 100, 100], [100, 20, 180]);
    const sum = contributions.reduce((total, contribution) => total + contribution, 0);
    expect(sum).to.be.closeTo(populationStabilityIndex([100, 100, 100], [100, 20, 180]), 1e-12);
    expect(contributions.indexOf(Math.max(...contributions))).to.equal(1);
  });

  it('scale the Wasserstein distance by the spread of the reference', () => {
    expect(scaledWassersteinDistance([0, 1, 2], [10, 10, 10], [0, 10, 20], 0.5)).to.be.closeTo(4 / 3, 1e-12);
    expect(scaledWassersteinDistance([7, 8], [10, 0], [10, 0], 0)).to.equal(0);
    expect(scaledWassersteinDistance([7, 8], [10, 0], [0, 10], 0)).to.equal(Infinity);
  });
});
