import { Counter, Histogram, register } from 'prom-client';
import { batchSizeBuckets, confidenceBuckets, latencyBucketsSeconds } from '../workload/buckets.ts';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';
import type { MeasuredLibrary } from './library.ts';
import { serveText } from './serve-text.ts';

export function create(): Promise<MeasuredLibrary> {
  const requests = new Counter({
    name: 'inference_requests_total',
    help: 'Inference requests by outcome.',
    labelNames: ['model_type', 'status'],
  });
  const latency = new Histogram({
    name: 'inference_latency_seconds',
    help: 'Time that successful inferences took.',
    labelNames: ['model_type'],
    buckets: [...latencyBucketsSeconds],
  });
  const confidence = new Histogram({
    name: 'model_confidence_scores',
    help: 'Confidence of predictions.',
    labelNames: ['model_type'],
    buckets: [...confidenceBuckets],
  });
  const predictions = new Counter({
    name: 'prediction_distribution_total',
    help: 'Predictions by class.',
    labelNames: ['model_type', 'predicted_class'],
  });
  const batchSize = new Histogram({
    name: 'batch_size',
    help: 'Items per inference.',
    labelNames: ['model_type'],
    buckets: [...batchSizeBuckets],
  });
  return Promise.resolve({
    record: (place: number): void => {
      const modelType = modelTypes[place]!;
      requests.inc({ model_type: modelType, status: 'success' });
      latency.observe({ model_type: modelType }, latenciesMs[place]! / 1000);
      confidence.observe({ model_type: modelType }, confidences[place]!);
      predictions.inc({ model_type: modelType, predicted_class: predictedClasses[place]! });
      batchSize.observe({ model_type: modelType }, batchSizes[place]!);
    },
    serve: () =>
      serveText((_request, response) => {
        void (async (): Promise<void> => {
          response.setHeader('content-type', register.contentType);
          response.end(await register.metrics());
        })();
      }),
  });
}
