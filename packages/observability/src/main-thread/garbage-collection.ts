import { constants, PerformanceObserver } from 'node:perf_hooks';
import { garbageCollectionDuration } from '../catalogue/runtime-metrics.ts';
import { type HistogramBuckets, histogramSlots } from '../store/series-layout.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { HistogramSlots } from '../store/histogram-slots.ts';

/** With the bounds that the semantic conventions advise for `v8js.gc.duration`. */
const BUCKETS: HistogramBuckets = { bounds: [0.01, 0.1, 1, 10], hasGrid: false };

const TYPES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Counts collections of garbage by type and duration, until it is disconnected. */
export function observeGarbageCollection(store: SeriesStore): { disconnect(): void } {
  const histograms = new Map<number, HistogramSlots>();
  for (const [kind, type] of TYPES) {
    const block = store.reserve(histogramSlots(BUCKETS));
    const attributes = { 'v8js.gc.type': type };
    histograms.set(kind, new HistogramSlots(store, block, 0, garbageCollectionDuration, attributes, BUCKETS));
  }
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
      histograms.get(kind ?? -1)?.observe(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
