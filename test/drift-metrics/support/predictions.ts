import { createReferenceProfile, type PredictionRow, type ReferenceProfile } from '@inferometer/drift-metrics';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

/** A model of three classes, right as often as it is confident, with a feature of some spread. */
export function predictions(count: number, seed: number): PredictionRow[] {
  const random = createSeededRandom(seed);
  const classes = ['news', 'sports', 'technology'];
  return Array.from({ length: count }, () => {
    const confidence = 1 - random() * 0.5;
    const predictedClass = classes[Math.floor(random() * classes.length)]!;
    const correct = random() < confidence;
    return { predictedClass, confidence, correct, features: { text_length: Math.round(500 * random() ** 2) } };
  });
}

export function referenceOf(count = 5000, modelType = 'document'): ReferenceProfile {
  return createReferenceProfile(predictions(count, 1), { modelType, modelVersion: 'v1', now: () => 0 });
}
