import type { PredictionRow } from '../src/index.ts';
import type { RandomNumber } from '../src/mathematics/seeded-random.ts';

/** A model in which nothing changes: gives one prediction after the other, independent of each other. */
export type UnchangedPredictions = (random: RandomNumber) => PredictionRow;

/**
 * Predictions of classes with these shares; confidences that crowd near 1 and say how often the model is right; a
 * feature of whole numbers of which small ones repeat, and one of six texts.
 */
export function unchangedPredictions(classShares: readonly number[]): UnchangedPredictions {
  const classes = classShares.map((_, index) => `class ${index}`);
  const languages = ['en', 'de', 'fr', 'es', 'it', ''];
  let upTo = 0;
  const cumulative = Float64Array.from(classShares, (share) => (upTo += share));
  return (random) => {
    const confidence = 1 - random() ** 2 / 2;
    return {
      predictedClass: classes[indexAt(cumulative, random() * upTo)],
      confidence,
      correct: random() < confidence,
      features: { text_length: Math.round(500 * random() ** 2), language: languages[Math.floor(6 * random() ** 2)] },
    };
  };
}

/** The first whose cumulative share is above a number. */
function indexAt(cumulative: Float64Array, number: number): number {
  let [first, last] = [0, cumulative.length - 1];
  while (first < last) {
    const middle = (first + last) >> 1;
    if (cumulative[middle]! > number) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}
