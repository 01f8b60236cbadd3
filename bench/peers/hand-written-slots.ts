import { batchSizeBuckets, confidenceBuckets, latencyBucketsSeconds } from '../workload/buckets.ts';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';
import type { MeasuredLibrary } from './library.ts';
import { serveText } from './serve-text.ts';

/** As much as a slab of ours holds. */
const SLOTS = 8192;

interface ModelSlots {
  readonly requests: number;
  readonly latency: number;
  readonly confidence: number;
  readonly batchSize: number;
  readonly classes: Map<string, number>;
}

/**
 * What somebody would write who needs exactly these five series and nothing else: no other fields, no checks, no limits,
 * no names. Counts lie in shared memory as ours do; one Map finds the model, one the class.
 */
export function createHandWritten(
  bucketFinder: (bounds: readonly number[]) => (value: number) => number,
): Promise<MeasuredLibrary> {
  const slots = new Float64Array(new SharedArrayBuffer(SLOTS * Float64Array.BYTES_PER_ELEMENT));
  const models = new Map<string, ModelSlots>();
  const findLatency = bucketFinder(latencyBucketsSeconds);
  const findConfidence = bucketFinder(confidenceBuckets);
  const findBatchSize = bucketFinder(batchSizeBuckets);
  const latencySum = latencyBucketsSeconds.length + 1;
  const confidenceSum = confidenceBuckets.length + 1;
  const batchSizeSum = batchSizeBuckets.length + 1;
  let used = 0;
  const reserve = (count: number): number => {
    const first = used;
    used += count;
    return first;
  };
  const newModel = (modelType: string): ModelSlots => {
    const model: ModelSlots = {
      requests: reserve(1),
      latency: reserve(latencySum + 1),
      confidence: reserve(confidenceSum + 1),
      batchSize: reserve(batchSizeSum + 1),
      classes: new Map(),
    };
    models.set(modelType, model);
    return model;
  };
  const newClass = (model: ModelSlots, predictedClass: string): number => {
    const slot = reserve(1);
    model.classes.set(predictedClass, slot);
    return slot;
  };
  return Promise.resolve({
    record: (place: number): void => {
      const modelType = modelTypes[place]!;
      const model = models.get(modelType) ?? newModel(modelType);
      slots[model.requests]!++;
      const latencySeconds = latenciesMs[place]! / 1000;
      slots[model.latency + findLatency(latencySeconds)]!++;
      slots[model.latency + latencySum]! += latencySeconds;
      const confidence = confidences[place]!;
      slots[model.confidence + findConfidence(confidence)]!++;
      slots[model.confidence + confidenceSum]! += confidence;
      const predictedClass = predictedClasses[place]!;
      slots[model.classes.get(predictedClass) ?? newClass(model, predictedClass)]!++;
      const batchSize = batchSizes[place]!;
      slots[model.batchSize + findBatchSize(batchSize)]!++;
      slots[model.batchSize + batchSizeSum]! += batchSize;
    },
    serve: () =>
      serveText((_request, response) => {
        const lines = [...models].map(
          ([modelType, model]) => `inference_requests_total{model_type="${modelType}"} ${slots[model.requests]}`,
        );
        response.end(`${lines.join('\n')}\n`);
      }),
  });
}
