// Makes models/*.reference.json: what live predictions are compared with. Run after training: npm run references
import { createReferenceProfile, saveReferenceProfile } from '@inferometer/drift-metrics';
import { modelVersion, referencePath } from './models/model-files.ts';
import { validatedPredictions } from './validation/validated-predictions.ts';

const predictions = await validatedPredictions();
for (const modelType of ['document', 'image'] as const) {
  // The version is the day of the training: the same models give the same file.
  const now = (): number => Date.parse(modelVersion);
  const reference = createReferenceProfile(predictions[modelType], { modelType, modelVersion, now });
  saveReferenceProfile(reference, referencePath(modelType));
  console.log(`${modelType}: ${reference.samples} predictions, ${reference.hash.slice(0, 12)}`);
}
