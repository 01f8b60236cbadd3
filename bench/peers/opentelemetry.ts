import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { batchSizeBuckets, confidenceBuckets, latencyBucketsSeconds } from '../workload/buckets.ts';
import { batchSizes, confidences, latenciesMs, modelTypes, predictedClasses } from '../workload/inferences.ts';
import type { MeasuredLibrary } from './library.ts';
import { serveText } from './serve-text.ts';

export function create(): Promise<MeasuredLibrary> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('bench');
  const requests = meter.createCounter('inference_requests');
  const latency = meter.createHistogram('inference_latency_seconds', {
    advice: { explicitBucketBoundaries: [...latencyBucketsSeconds] },
  });
  const confidence = meter.createHistogram('model_confidence_scores', {
    advice: { explicitBucketBoundaries: [...confidenceBuckets] },
  });
  const predictions = meter.createCounter('prediction_distribution');
  const batchSize = meter.createHistogram('batch_size', {
    advice: { explicitBucketBoundaries: [...batchSizeBuckets] },
  });
  return Promise.resolve({
    record: (place: number): void => {
      const modelType = modelTypes[place]!;
      requests.add(1, { model_type: modelType, status: 'success' });
      latency.record(latenciesMs[place]! / 1000, { model_type: modelType });
      confidence.record(confidences[place]!, { model_type: modelType });
      predictions.add(1, { model_type: modelType, predicted_class: predictedClasses[place]! });
      batchSize.record(batchSizes[place]!, { model_type: modelType });
    },
    // Its own server turns port 0 into 9464; its own request handler behind another server is what it offers instead.
    serve: () => serveText((request, response) => exporter.getMetricsRequestHandler(request, response)),
  });
}
