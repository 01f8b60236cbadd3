import type { Prediction } from '../models/prediction.ts';

/** What the SDK is told of an answer: a batch is one inference with several predictions. */
export type Outcome =
  | (Prediction & { readonly batchSize: 1; readonly requestId: string })
  | { readonly batchSize: number; readonly predictions: readonly Prediction[] };

/** A batch goes without its request id: feedback by id needs one prediction to compare with. */
export function describeOutcome(predictions: readonly Prediction[], requestId: string): Outcome {
  const [only] = predictions;
  if (only !== undefined && predictions.length === 1) return { ...only, batchSize: 1, requestId };
  return { batchSize: predictions.length, predictions };
}
