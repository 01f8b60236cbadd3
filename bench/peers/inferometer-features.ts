import { initObservability } from '@inferometer/observability';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';
import { featuresOf, references } from '../workload/references.ts';
import type { MeasuredLibrary } from './library.ts';

/** As `inferometer-reference`, with three numeric features of each inference, which the caller has at hand. */
export async function create(): Promise<MeasuredLibrary> {
  const observability = initObservability({
    prometheus: { host: '127.0.0.1', port: 0 },
    models: references(['brightness', 'text_length', 'words']),
  });
  const { metricsUrl } = await observability.ready;
  const features = featuresOf();
  return {
    record: (place: number): void => {
      observability.trackInference({
        modelType: modelTypes[place]!,
        latencyMs: latenciesMs[place]!,
        success: true,
        confidence: confidences[place]!,
        predictedClass: predictedClasses[place]!,
        batchSize: batchSizes[place]!,
        features: features[place]!,
      });
    },
    serve: () => Promise.resolve(metricsUrl!),
  };
}
