import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import { createSeriesStore, type SeriesStore } from '../store/series-store.ts';
import { createStoreReader, type StoreReader } from '../store/store-reader.ts';
import { createStoreProducer } from './store-producer.ts';

/** Where series are written to and read from. */
export interface SeriesPlace {
  readonly store: SeriesStore;
  readonly reader: StoreReader;
}

/** Where GPU values go under OpenTelemetry's names for hardware, `hw.…`. */
export interface HardwarePlace extends SeriesPlace {
  /** What readers that push get beside everything else. */
  readonly pushed: readonly MetricProducer[];
}

/**
 * Where those series go: to all readers where `gpu.semanticConventions` is true, to nobody where it is false, else to
 * readers that push, whose backends know these names. A scrape would tell each value twice.
 */
export function placeHardwareSeries(options: ResolvedOptions, common: SeriesPlace): HardwarePlace | undefined {
  if (options.gpu === false || options.gpu.semanticConventions === false) {
    return undefined;
  }
  if (options.gpu.semanticConventions === true) {
    return { ...common, pushed: [] };
  }
  if (options.otlp === false && options.console === false) {
    return undefined;
  }
  const reader = createStoreReader({ now: Date.now });
  const store = createSeriesStore({
    writer: common.store.writer,
    // For nobody but this observer: the next one makes its own.
    announce: (announcement) => reader.accept(announcement),
    now: Date.now,
  });
  return { store, reader, pushed: [createStoreProducer(reader, Date.now)] };
}
