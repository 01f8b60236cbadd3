import { defineMetric, type MetricDefinition } from './metric-definition.ts';

function selfMetric(
  kind: MetricDefinition['kind'],
  name: string,
  unit: string,
  labels: readonly string[],
  description: string,
): MetricDefinition {
  return defineMetric({ name: `inferometer.${name}`, kind, unit, description, labels, userLabels: false });
}

export const droppedValues: MetricDefinition = selfMetric(
  'counter',
  'dropped.values',
  '',
  ['metric', 'cause'],
  'Values that were not recorded because they were no finite number in range, no text, or could not be read.',
);

export const observerRestarts: MetricDefinition = selfMetric(
  'counter',
  'observer.restarts',
  '',
  [],
  'How often the observer thread was started anew after it ended, hung or ran short of memory.',
);

export const bridgeAge: MetricDefinition = selfMetric(
  'gauge',
  'bridge.age',
  's',
  [],
  "Age of what the application's own instruments are exported from: seconds at most, and more while the main thread is blocked.",
);

export const exportFailures: MetricDefinition = selfMetric(
  'counter',
  'export.failures',
  '',
  ['exporter'],
  'Exports that did not arrive, by exporter.',
);

export const exports: MetricDefinition = selfMetric(
  'counter',
  'exports',
  '',
  ['exporter'],
  'Exports that arrived, by exporter.',
);

export const observerHeapUsed: MetricDefinition = selfMetric(
  'gauge',
  'observer.heap.used',
  'By',
  [],
  "Memory used by the observer's own heap.",
);

export const seriesCount: MetricDefinition = selfMetric(
  'gauge',
  'series',
  '',
  [],
  'Series that the store holds, over all recording threads.',
);

export const scrapeDuration: MetricDefinition = selfMetric(
  'gauge',
  'scrape.duration',
  's',
  [],
  'How long it took to collect and write what the scrape before this one was answered with.',
);

export const scrapeBodySize: MetricDefinition = selfMetric(
  'gauge',
  'scrape.body.size',
  'By',
  [],
  'Size of what the scrape before this one was answered with, uncompressed.',
);

export const scrapeSeriesCount: MetricDefinition = selfMetric(
  'gauge',
  'scrape.series',
  '',
  [],
  'Series that the scrape before this one was answered with, over all sources; a histogram counts once.',
);

export const slotCount: MetricDefinition = selfMetric(
  'gauge',
  'slots',
  '',
  [],
  'Slots of eight bytes that the store has reserved, over all recording threads.',
);

export const overflowedSeries: MetricDefinition = selfMetric(
  'gauge',
  'series.overflowed',
  '',
  [],
  'Series that hold what went beyond a limit (otel_metric_overflow="true"); any says that a limit is too low.',
);

export const configurationProblems: MetricDefinition = selfMetric(
  'gauge',
  'configuration.problems',
  '',
  [],
  'Environment variables that are wrong and were not used; the log names them.',
);

export const selfMetrics: readonly MetricDefinition[] = [
  configurationProblems,
  droppedValues,
  observerRestarts,
  bridgeAge,
  exportFailures,
  exports,
  observerHeapUsed,
  seriesCount,
  slotCount,
  overflowedSeries,
  scrapeDuration,
  scrapeBodySize,
  scrapeSeriesCount,
];
