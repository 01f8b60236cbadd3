import { expect } from 'chai';
import {
  createReferenceProfile,
  createSignalBins,
  kolmogorovSmirnovDistance,
  scaledWassersteinDistance,
  type NumericSignal,
} from '@inferometer/drift-metrics';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

/** Exact statistics of two samples, from their definition. */
function exact(a: Float64Array, b: Float64Array): { kolmogorovSmirnov: number; wasserstein: number } {
  a.sort();
  b.sort();
  let [first, second, kolmogorovSmirnov, wasserstein] = [0, 0, 0, 0];
  const values = Float64Array.from([...a, ...b]).sort();
  for (const [index, value] of values.entries()) {
    while (first < a.length && a[first]! <= value) {
      first += 1;
    }
    while (second < b.length && b[second]! <= value) {
      second += 1;
    }
    const gap = Math.abs(first / a.length - second / b.length);
    kolmogorovSmirnov = Math.max(kolmogorovSmirnov, gap);
    wasserstein += gap * ((values[index + 1] ?? value) - value);
  }
  return { kolmogorovSmirnov, wasserstein };
}

function normal(count: number, seed: number, mean: number): Float64Array {
  const random = createSeededRandom(seed);
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + radius * Math.cos(2 * Math.PI * random());
  });
}

describe('Distances of binned values', () => {
  // The errors that README.md states: reference N(0, 1) of 20,000, live of 5,000, 10 and 20 bins of equal mass.
  for (const [bins, kolmogorovError, wassersteinShare] of [
    [10, 0.011, 0.12],
    [20, 0.003, 0.065],
  ] as const) {
    it(`stay near those of the samples: ${bins} bins`, () => {
      const reference = normal(20_000, 1, 0);
      const rows = [...reference].map((x) => ({ features: { x } }));
      const signal = createReferenceProfile(rows, { modelType: 'm', bins }).signals[0] as NumericSignal;
      const sorter = createSignalBins(signal);
      for (const shift of [0.1, 0.3, 0.5, 1]) {
        const live = normal(5000, 2, shift);
        const counts = new Float64Array(sorter.length);
        for (const value of live) {
          counts[sorter.binOf(value)]! += 1;
        }
        const samples = exact(reference, live);
        const kolmogorov = kolmogorovSmirnovDistance(signal.counts, counts);
        expect(kolmogorov).to.be.at.most(samples.kolmogorovSmirnov + 1e-12);
        expect(kolmogorov).to.be.closeTo(samples.kolmogorovSmirnov, kolmogorovError);
        const own = [signal.counts.slice(0, -2), counts.slice(0, -2)] as const;
        const wasserstein = scaledWassersteinDistance(signal.means, ...own, signal.standardDeviation);
        const relative = Math.abs(wasserstein / (samples.wasserstein / signal.standardDeviation) - 1);
        expect(relative, `${wasserstein} for ${samples.wasserstein}`).to.be.lessThan(
          shift === 1 ? 0.25 : wassersteinShare,
        );
      }
    });
  }
});
