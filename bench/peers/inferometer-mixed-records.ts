import { createReusing } from './reused-records.ts';
import type { MeasuredLibrary } from './library.ts';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';

/** Records that exist already, a third of them failures and a third without a batch size. */
export function create(): Promise<MeasuredLibrary> {
  return createReusing((place) => {
    const modelType = modelTypes[place]!;
    const latencyMs = latenciesMs[place]!;
    if (place % 3 === 0) {
      return { modelType, latencyMs, success: false, errorCode: 'timeout' };
    }
    const found = { modelType, latencyMs, confidence: confidences[place]!, predictedClass: predictedClasses[place]! };
    return place % 3 === 1 ? found : { ...found, batchSize: batchSizes[place]! };
  });
}
