import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { InferometerPrometheusExporter } from '../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { labelSets } from './label-sets.ts';

/** The buckets that a histogram of the peer has by default. */
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A shim: instruments of the OpenTelemetry SDK behind our exporter, which stands for the registry. */
export function create(valuesPerLabel: readonly number[]): () => Promise<string> {
  const exporter = new InferometerPrometheusExporter({ targetInfo: false });
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('bench');
  const histogram = meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: DEFAULT_BUCKETS } });
  const counter = meter.createCounter('counter');
  for (const labels of labelSets(valuesPerLabel)) {
    histogram.record(1, labels);
    counter.add(1, labels);
  }
  return () => exporter.collectText();
}
