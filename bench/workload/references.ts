import { createReferenceProfile, type ReferenceProfile } from '@inferometer/drift-metrics';
import { confidences, INFERENCES, latenciesMs, modelTypes, predictedClasses } from './inferences.ts';

export type Features = Readonly<Record<'brightness' | 'text_length' | 'words', number>>;

/** Numbers of the workload that vary, by other names. */
export function featuresOf(): readonly Features[] {
  return Array.from({ length: INFERENCES }, (_, place) => ({
    brightness: confidences[(place + 1) % INFERENCES]!,
    text_length: latenciesMs[place]!,
    words: Math.round(latenciesMs[(place + 7) % INFERENCES]!),
  }));
}

/** A reference for each model, of its inferences in the workload. */
export function references(
  features: readonly (keyof Features)[],
): Readonly<Record<string, { readonly reference: ReferenceProfile }>> {
  const all = featuresOf();
  const profileOf = (modelType: string): ReferenceProfile => {
    const places = [...all.keys()].filter((place) => modelTypes[place] === modelType);
    const rows = places.map((place) => ({
      predictedClass: predictedClasses[place],
      confidence: confidences[place],
      features: all[place],
    }));
    return createReferenceProfile(rows, { modelType, features });
  };
  return Object.fromEntries(
    [...new Set(modelTypes)].map((modelType) => [modelType, { reference: profileOf(modelType) }]),
  );
}
