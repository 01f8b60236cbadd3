import { createDroppedValues } from '../../../packages/observability/src/diagnostics/dropped-values.ts';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import { createStoreProducer } from '../../../packages/observability/src/observer/store-producer.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import { createRecordingSide, type RecordingSide } from '../../../packages/observability/src/recording-side.ts';
import {
  createAdmissionTable,
  createLabelAdmission,
} from '../../../packages/observability/src/store/label-admission.ts';
import { createSeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import type { ObservabilityOptions } from '@inferometer/observability';
import { readScrape, type Scrape } from '../../support/scrape.ts';

/** The recording side with clocks that a test sets, below the public face, which has none. */
export interface ClockedRecording extends RecordingSide {
  /** Lets time pass. */
  advance(ms: number): void;
  scrape(): Promise<Scrape>;
}

export function startClockedRecording(given: ObservabilityOptions = {}): ClockedRecording {
  const { options } = resolveOptions({ serviceName: 'test', ...given }, {});
  let monotonicMs = 1000;
  let epochMs = Date.UTC(2026, 10, 23);
  const reader = createStoreReader({ now: () => epochMs });
  const store = createSeriesStore({
    writer: 0,
    announce: (announcement) => reader.accept(announcement),
    now: () => epochMs,
  });
  const recording = createRecordingSide({
    store,
    dropped: createDroppedValues(store, () => monotonicMs),
    admission: createLabelAdmission(createAdmissionTable(0)),
    options,
    now: () => epochMs,
    monotonicMs: () => monotonicMs,
  });
  const producer = createStoreProducer(reader, () => epochMs);
  const writer = createBodyWriter({ targetInfo: false });
  return {
    ...recording,
    advance: (ms) => {
      monotonicMs += ms;
      epochMs += ms;
    },
    scrape: async () => {
      const { resourceMetrics } = await producer.collect();
      return readScrape(writer.writeBody(resourceMetrics).body.toString('utf8'));
    },
  };
}
