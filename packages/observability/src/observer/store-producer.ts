import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { StoreReader } from '../store/store-reader.ts';
import { version } from '../version.ts';
import { hrTimeOf, storeMetricData } from './store-metric.ts';

/** A reader takes the resource of its own MeterProvider; that of a producer is not looked at. */
const NO_RESOURCE: Resource = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};

/**
 * A `MetricProducer` over the store: whatever reader asks gets the counts as they are when it reads them, cumulative.
 *
 * @param beforeCollection brings up to date what is only known when it is asked for
 */
export function createStoreProducer(
  reader: StoreReader,
  now: () => number,
  beforeCollection: () => void = (): void => {},
): MetricProducer {
  const scope = { name: '@inferometer/observability', version };
  return {
    collect: (): Promise<CollectionResult> => {
      beforeCollection();
      const endTime = hrTimeOf(now());
      const metrics = [...reader.metrics.values()]
        .map((metric) => storeMetricData(metric, endTime))
        .filter((metric) => metric !== undefined);
      return Promise.resolve({
        resourceMetrics: { resource: NO_RESOURCE, scopeMetrics: [{ scope, metrics }] },
        errors: [],
      });
    },
  };
}
