import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelFailure } from './model-failure.ts';

export interface OnnxModel {
  /**
   * Runs the model on `rows` rows of float32 and returns their probabilities, row by row.
   *
   * @throws {ModelFailure}
   */
  run(input: Float32Array, rows: number): Promise<Float32Array>;
  release(): Promise<void>;
}

// Since 1.29 ONNX Runtime tells Microsoft about each process and model unless it is told not to, before its first session
// (https://github.com/microsoft/onnxruntime/pull/27379). Whoever runs this may decide otherwise.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

/** Loads models/<modelType>.onnx. */
export async function loadOnnxModel(modelType: string, path: string): Promise<OnnxModel> {
  // The models are tiny: handing their work to more threads takes longer than the work.
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return {
    async run(input, rows) {
      try {
        const tensor = new Tensor('float32', input, [rows, input.length / rows]);
        const { probabilities } = await session.run({ input: tensor }, ['probabilities']);
        if (probabilities === undefined) throw new Error('it has no output named probabilities');
        return probabilities.data as Float32Array;
      } catch (error) {
        throw new ModelFailure(modelType, error);
      }
    },
    release: () => session.release(),
  };
}
