import { hashFeatures } from '../features/feature-hashing.ts';
import { documentClasses, documentHashing, modelPath } from './model-files.ts';
import { loadOnnxModel } from './onnx-model.ts';
import { likeliestClasses } from './prediction.ts';
import type { Prediction } from './prediction.ts';

/** The topic classifier in three steps, so that the route can time each. */
export interface DocumentModel {
  preprocess(texts: readonly string[]): Float32Array;
  infer(features: Float32Array): Promise<Float32Array>;
  postprocess(probabilities: Float32Array): Prediction[];
  release(): Promise<void>;
}

export async function loadDocumentModel(): Promise<DocumentModel> {
  const model = await loadOnnxModel('document', modelPath('document'));
  const { dimensions } = documentHashing;
  return {
    preprocess(texts) {
      const features = new Float32Array(texts.length * dimensions);
      for (const [index, text] of texts.entries()) {
        hashFeatures(text, features.subarray(index * dimensions, (index + 1) * dimensions), documentHashing);
      }
      return features;
    },
    infer: (features) => model.run(features, features.length / dimensions),
    postprocess: (probabilities) => likeliestClasses(probabilities, documentClasses),
    release: () => model.release(),
  };
}
