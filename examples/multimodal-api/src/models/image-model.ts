import { imageClasses, modelPath } from './model-files.ts';
import { loadOnnxModel } from './onnx-model.ts';
import { likeliestClasses } from './prediction.ts';
import type { Prediction } from './prediction.ts';

/** An image is 8x8 pixels, row by row, each 0 (paper) to 16 (ink). */
export const PIXELS_PER_IMAGE = 64;
export const MAX_PIXEL = 16;

/** The digit classifier: one function from images to digits. */
export interface ImageModel {
  classify(images: readonly (readonly number[])[]): Promise<Prediction[]>;
  release(): Promise<void>;
}

export async function loadImageModel(): Promise<ImageModel> {
  const model = await loadOnnxModel('image', modelPath('image'));
  return {
    async classify(images) {
      const input = Float32Array.from(images.flat(), (pixel) => pixel / MAX_PIXEL);
      return likeliestClasses(await model.run(input, images.length), imageClasses);
    },
    release: () => model.release(),
  };
}
