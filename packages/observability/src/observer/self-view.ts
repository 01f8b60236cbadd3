import { getHeapStatistics } from 'node:v8';
import { eventLoopBlocked } from '../catalogue/runtime-metrics.ts';
import {
  bridgeAge,
  exportFailures,
  exports,
  observerHeapUsed,
  overflowedSeries,
  scrapeBodySize,
  scrapeDuration,
  scrapeSeriesCount,
  seriesCount,
  slotCount,
} from '../catalogue/self-metrics.ts';
import { createGaugeSlot } from '../store/gauge-slot.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { ScrapeReport } from './exposition/prometheus-exporter.ts';
import type { Heartbeats } from './heartbeats.ts';

/** What the observer tells of itself and of the main thread, brought up to date before each collection. */
export interface SelfView {
  readonly update: () => void;
  /** Keeps what a scrape took; the next one tells it. */
  readonly noteScrape: (scrape: ScrapeReport) => void;
  readonly countExport: (exporter: 'otlp' | 'console', arrived: boolean) => void;
}

export interface SelfViewParts {
  readonly store: SeriesStore;
  readonly reader: StoreReader;
  readonly heartbeats: Heartbeats;
  readonly bridgeAgeSeconds: () => number | undefined;
}

export function createSelfView(parts: SelfViewParts): SelfView {
  const { store } = parts;
  const gauge = (metric: typeof bridgeAge): ReturnType<typeof createGaugeSlot> =>
    createGaugeSlot(store, { metric, attributes: {}, origin: 'sampled' }, Date.now);
  const blocked = gauge(eventLoopBlocked);
  const age = gauge(bridgeAge);
  const heap = gauge(observerHeapUsed);
  const series = gauge(seriesCount);
  const slots = gauge(slotCount);
  const overflowed = gauge(overflowedSeries);
  const duration = gauge(scrapeDuration);
  const bodySize = gauge(scrapeBodySize);
  const scraped = gauge(scrapeSeriesCount);
  const exportCounters = new Map<string, SlotBlock>();
  return {
    update: (): void => {
      parts.heartbeats.countCollection();
      blocked.set(parts.heartbeats.mainBlockedSeconds());
      age.set(parts.bridgeAgeSeconds());
      heap.set(getHeapStatistics().used_heap_size);
      series.set(parts.reader.seriesCount);
      slots.set(parts.reader.slotCount);
      overflowed.set(parts.reader.overflowedCount);
    },
    noteScrape: ({ durationMs, bodyBytes, seriesCount: written }): void => {
      duration.set(durationMs / 1000);
      bodySize.set(bodyBytes);
      scraped.set(written);
    },
    countExport: (exporter, arrived): void => {
      const key = `${exporter} ${arrived}`;
      let block = exportCounters.get(key);
      if (block === undefined) {
        block = store.series({ metric: arrived ? exports : exportFailures, attributes: { exporter } });
        exportCounters.set(key, block);
      }
      block.slots[block.index]! += 1;
    },
  };
}
