import { initObservability, type ObservabilityOptions } from '@inferometer/observability';
import { MAX_TENANTS, modelsOf, scrapedBuckets } from '../workload/scraped-services.ts';
import type { ScrapedLibrary } from './scraped-library.ts';

/** Its defaults, but for the labels and the buckets, which differ from service to service, and for `options`. */
export async function createOurs(hasTenants: boolean, options: ObservabilityOptions = {}): Promise<ScrapedLibrary> {
  const observability = initObservability({
    ...options,
    prometheus: { host: '127.0.0.1', port: 0 },
    models: Object.fromEntries(
      modelsOf(hasTenants).map((model) => [model, { latencyBucketsSeconds: [...scrapedBuckets] }]),
    ),
    ...(hasTenants ? { labels: { tenant: { max: MAX_TENANTS } } } : {}),
  });
  const { metricsUrl } = await observability.ready;
  return {
    record: ({ tenant, ...inference }): void => {
      observability.trackInference({
        ...inference,
        success: true,
        ...(tenant === undefined ? {} : { labels: { tenant } }),
      });
    },
    serve: () => Promise.resolve(metricsUrl!),
  };
}
