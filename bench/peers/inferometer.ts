import { initObservability, type ObservabilityOptions } from '@inferometer/observability';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';
import type { MeasuredLibrary } from './library.ts';

export function create(): Promise<MeasuredLibrary> {
  return createInferometer();
}

export async function createInferometer(options: ObservabilityOptions = {}): Promise<MeasuredLibrary> {
  const observability = initObservability({ prometheus: { host: '127.0.0.1', port: 0 }, ...options });
  const { metricsUrl } = await observability.ready;
  return {
    record: (place: number): void => {
      observability.trackInference({
        modelType: modelTypes[place]!,
        latencyMs: latenciesMs[place]!,
        success: true,
        confidence: confidences[place]!,
        predictedClass: predictedClasses[place]!,
        batchSize: batchSizes[place]!,
      });
    },
    serve: () => Promise.resolve(metricsUrl!),
  };
}
