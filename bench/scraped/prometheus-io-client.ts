import { Counter, Histogram, register } from '@prometheus-io/client';
import { serveText } from '../peers/serve-text.ts';
import { scrapedBuckets } from '../workload/scraped-services.ts';
import { answerWith } from './answer-with.ts';
import type { ScrapedLibrary } from './scraped-library.ts';

export function create(hasTenants: boolean): Promise<ScrapedLibrary> {
  const names = hasTenants ? ['model_type', 'tenant'] : ['model_type'];
  const counter = (name: string, label: string): Counter<string> =>
    new Counter({ name, help: name, labelNames: [...names, label] });
  const histogram = (name: string): Histogram<string> =>
    new Histogram({ name, help: name, labelNames: names, buckets: [...scrapedBuckets] });
  const requests = counter('inference_requests_total', 'status');
  const latency = histogram('inference_latency_seconds');
  const confidence = histogram('model_confidence_scores');
  const predictions = counter('prediction_distribution_total', 'predicted_class');
  const batchSize = histogram('batch_size');
  return Promise.resolve({
    record: (inference): void => {
      const { modelType, tenant, predictedClass } = inference;
      const labels = tenant === undefined ? { model_type: modelType } : { model_type: modelType, tenant };
      requests.inc({ ...labels, status: 'success' });
      latency.observe(labels, inference.latencyMs / 1000);
      if (predictedClass !== undefined) {
        confidence.observe(labels, inference.confidence!);
        predictions.inc({ ...labels, predicted_class: predictedClass });
        batchSize.observe(labels, inference.batchSize!);
      }
    },
    serve: (compression) => serveText(answerWith(() => register.metrics(), register.contentType, compression)),
  });
}
