import type { Attributes } from '@opentelemetry/api';
import type { CountLayout } from '@inferometer/drift-metrics';
import { driftLiveCount } from '../../catalogue/drift-metrics.ts';
import { groundTruth } from '../../catalogue/inference-metrics.ts';
import type { MetricDefinition } from '../../catalogue/metric-definition.ts';
import { seriesKey } from '../../store/series-key.ts';
import type { ReadableSeries, StoreReader } from '../../store/store-reader.ts';

/** The counts of one model over all threads, as its layout has them. */
export interface ModelCountsReader {
  /** The same array each time, brought up to date. */
  read(): Float64Array;
}

/** A series of the store that may still have to be announced. */
interface Place {
  readonly metric: string;
  readonly key: string;
  series: ReadableSeries | undefined;
}

export function createModelCounts(
  reader: StoreReader,
  modelType: string,
  reference: string,
  layout: CountLayout,
): ModelCountsReader {
  const model = { model_type: modelType };
  const bins = layout.signals.flatMap(({ key, bins: { labels } }) =>
    labels.map((bin) => place(driftLiveCount, { ...model, reference, signal: key, bin })),
  );
  const outcomes = layout.performance === undefined ? [] : ['correct', 'incorrect'];
  const truths = outcomes.map((outcome) => place(groundTruth, { ...model, outcome }));
  const places = [...bins, ...truths];
  const counts = new Float64Array(places.length);
  return {
    read: () => {
      for (const [index, one] of places.entries()) {
        one.series ??= reader.metrics.get(one.metric)?.series.get(one.key);
        counts[index] = one.series?.readValue() ?? 0;
      }
      return counts;
    },
  };
}

function place({ name }: MetricDefinition, attributes: Attributes): Place {
  return { metric: name, key: seriesKey(attributes), series: undefined };
}
