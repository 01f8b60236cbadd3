import { expect } from 'chai';
import {
  accuracyDrop,
  createReferenceProfile,
  estimatedAccuracy,
  type PredictionRow,
} from '@inferometer/drift-metrics';
import { createSignalBins } from '@inferometer/drift-metrics';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

describe('The estimated accuracy', () => {
  it('weighs the calibrated accuracy of each bin with its live share', () => {
    const calibration = { labelled: [99, 99], correct: [50, 90], accuracy: [0.5, 0.9] };
    const { accuracy, standardError } = estimatedAccuracy(calibration, [100, 300])!;
    expect(accuracy).to.be.closeTo(0.8, 1e-12);
    // √((0.25·0.25 + 0.75·0.09)/400 + (0.0625·0.25 + 0.5625·0.09)/100), by hand.
    expect(standardError).to.be.closeTo(Math.sqrt(0.13 / 400 + 0.06625 / 100), 1e-12);
    expect(estimatedAccuracy(calibration, [0, 0])).to.equal(undefined);
  });

  it('follows the accuracy of an overconfident model whose inputs get harder', () => {
    const random = createSeededRandom(5);
    // The model says 0.5 to 1 and is right in the square of that.
    const rowsOf = (count: number, hardness: number): PredictionRow[] =>
      Array.from({ length: count }, () => {
        const confidence = 1 - 0.5 * random() ** (1 / hardness);
        return { confidence, correct: random() < confidence ** 2 };
      });
    const profile = createReferenceProfile(rowsOf(20_000, 1), { modelType: 'm' });
    const bins = createSignalBins(profile.signals[0]!);
    for (const hardness of [1, 2, 4]) {
      const rows = rowsOf(20_000, hardness);
      const counts = new Float64Array(bins.length);
      for (const { confidence } of rows) {
        counts[bins.binOf(confidence)]! += 1;
      }
      const { accuracy, standardError } = estimatedAccuracy(profile.calibration!, counts)!;
      const actual = rows.filter(({ correct }) => correct).length / rows.length;
      expect(accuracy).to.be.closeTo(actual, 4 * standardError);
      expect(standardError).to.be.lessThan(0.01);
    }
  });

  it('is never mixed with the drop that labels tell', () => {
    expect(accuracyDrop({ labelled: 1000, correct: 900 }, { labelled: 100, correct: 80 })).to.be.closeTo(0.1, 1e-12);
    expect(accuracyDrop({ labelled: 1000, correct: 900 }, { labelled: 0, correct: 0 })).to.deep.equal(Number.NaN);
  });
});
