import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { Histogram } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { serveText } from '../peers/serve-text.ts';
import { MAX_TENANTS, scrapedBuckets } from '../workload/scraped-services.ts';
import { answerWith } from './answer-with.ts';
import type { ScrapedLibrary } from './scraped-library.ts';

export function create(): Promise<ScrapedLibrary> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [exporter],
    // Its default limit of 2,000 label sets would leave most of the tenants out.
    views: [{ instrumentName: '*', aggregationCardinalityLimit: 2 * MAX_TENANTS }],
  });
  const meter = provider.getMeter('bench');
  const histogram = (name: string): Histogram =>
    meter.createHistogram(name, { advice: { explicitBucketBoundaries: [...scrapedBuckets] } });
  const requests = meter.createCounter('inference_requests');
  const latency = histogram('inference_latency_seconds');
  const confidence = histogram('model_confidence_scores');
  const predictions = meter.createCounter('prediction_distribution');
  const batchSize = histogram('batch_size');
  return Promise.resolve({
    record: (inference): void => {
      const { modelType, tenant, predictedClass } = inference;
      const labels = tenant === undefined ? { model_type: modelType } : { model_type: modelType, tenant };
      requests.add(1, { ...labels, status: 'success' });
      latency.record(inference.latencyMs / 1000, labels);
      if (predictedClass !== undefined) {
        confidence.record(inference.confidence!, labels);
        predictions.add(1, { ...labels, predicted_class: predictedClass });
        batchSize.record(inference.batchSize!, labels);
      }
    },
    serve: (compression) => {
      if (compression === 'none') {
        return serveText((request, response) => exporter.getMetricsRequestHandler(request, response));
      }
      // Its handler cannot compress; this is what it does, with zlib behind it.
      const serializer = new PrometheusSerializer();
      const text = async (): Promise<string> => serializer.serialize((await exporter.collect()).resourceMetrics);
      return serveText(answerWith(text, 'text/plain', compression));
    },
  });
}
