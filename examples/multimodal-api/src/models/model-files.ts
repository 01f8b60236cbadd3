import { fileURLToPath } from 'node:url';
import card from '../../models/model-card.json' with { type: 'json' };
import preprocessing from '../../models/document.preprocessing.json' with { type: 'json' };
import type { FeatureHashing } from '../features/feature-hashing.ts';

/** Of both models: they are trained together. */
export const modelVersion: string = card.version;

export const documentClasses: readonly string[] = card.models.document.classes;
export const imageClasses: readonly string[] = card.models.image.classes;

export const documentHashing: FeatureHashing = { ...preprocessing, stopWords: new Set(preprocessing.stopWords) };

export function modelPath(modelType: 'document' | 'image'): string {
  return fileURLToPath(new URL(`../../models/${card.models[modelType].file}`, import.meta.url));
}

/** What the model's live predictions are compared with. */
export function referencePath(modelType: 'document' | 'image'): string {
  return fileURLToPath(new URL(`../../models/${modelType}.reference.json`, import.meta.url));
}
