import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import {
  eventLoopDelayMax,
  eventLoopDelayMean,
  eventLoopDelayMin,
  eventLoopDelayP50,
  eventLoopDelayP90,
  eventLoopDelayP99,
  eventLoopDelayStddev,
  eventLoopTime,
  eventLoopUtilization,
  heapLimit,
  heapSizeLimit,
  heapSpaceAvailable,
  heapSpacePhysical,
  heapUsed,
} from '../catalogue/runtime-metrics.ts';
import { v8 } from '../node-builtins.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { createGaugeSlot, type GaugeSlot } from '../store/gauge-slot.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { observeGarbageCollection } from './garbage-collection.ts';

/** What the event loop and the heap of this thread tell, sampled into slots. */
export interface RuntimeMetrics {
  stop(): void;
}

export interface RuntimeMetricsParts {
  readonly store: SeriesStore;
  readonly now: () => number;
  /** How often metrics were collected so far: delays are told from one collection to the next. */
  readonly collections: () => number;
}

const SAMPLE_INTERVAL_MS = 1000;

/** Between the accuracy of the delays and the wake-ups that measuring them costs; the default of Node.js is 10. */
const DELAY_RESOLUTION_MS = 20;

const NANOSECONDS = 1e9;

export function startRuntimeMetrics(parts: RuntimeMetricsParts): RuntimeMetrics {
  const loop = createEventLoopSample(parts);
  const heap = createHeapSample(parts.store);
  const garbageCollection = observeGarbageCollection(parts.store);
  const sample = (): void => {
    loop.sample();
    heap();
  };
  sample();
  const timer = setInterval(sample, SAMPLE_INTERVAL_MS).unref();
  return {
    stop: (): void => {
      clearInterval(timer);
      loop.stop();
      garbageCollection.disconnect();
    },
  };
}

function createEventLoopSample(parts: RuntimeMetricsParts): { sample(): void; stop(): void } {
  const { store, now } = parts;
  const gauge = (metric: MetricDefinition): GaugeSlot =>
    createGaugeSlot(store, { metric, attributes: {}, origin: 'sampled' }, now);
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  const gauges: readonly (readonly [GaugeSlot, () => number])[] = [
    [gauge(eventLoopDelayMin), (): number => beyondTimer(delays.min)],
    [gauge(eventLoopDelayMax), (): number => beyondTimer(delays.max)],
    [gauge(eventLoopDelayMean), (): number => beyondTimer(delays.mean)],
    [gauge(eventLoopDelayStddev), (): number => delays.stddev],
    [gauge(eventLoopDelayP50), (): number => beyondTimer(delays.percentile(50))],
    [gauge(eventLoopDelayP90), (): number => beyondTimer(delays.percentile(90))],
    [gauge(eventLoopDelayP99), (): number => beyondTimer(delays.percentile(99))],
  ];
  const utilization = gauge(eventLoopUtilization);
  const time = (state: 'active' | 'idle'): SlotBlock =>
    store.series({ metric: eventLoopTime, attributes: { 'nodejs.eventloop.state': state } });
  const active = time('active');
  const idle = time('idle');
  let collections = parts.collections();
  let last = performance.eventLoopUtilization();
  return {
    sample: (): void => {
      // Where none was measured, at the start and when this thread was blocked since the last collection, there is
      // nothing new to tell: the least would be the largest number there is. What was told before stays.
      if (delays.count > 0) {
        for (const [slot, read] of gauges) {
          slot.set(read() / NANOSECONDS);
        }
      }
      const current = performance.eventLoopUtilization();
      utilization.set(performance.eventLoopUtilization(current, last).utilization);
      last = current;
      active.slots[active.index] = current.active / 1000;
      idle.slots[idle.index] = current.idle / 1000;
      const collected = parts.collections();
      if (collected !== collections) {
        collections = collected;
        delays.reset();
      }
    },
    stop: (): void => {
      delays.disable();
    },
  };
}

/** Node.js measures from one turn of its timer to the next: an idle loop would seem to lag by the timer's own interval. */
function beyondTimer(delayNs: number): number {
  return Math.max(0, delayNs - DELAY_RESOLUTION_MS * 1e6);
}

function createHeapSample(store: SeriesStore): () => void {
  const blocks = new Map<string, SlotBlock>();
  const set = (metric: MetricDefinition, space: string, value: number): void => {
    const key = `${metric.name} ${space}`;
    let block = blocks.get(key);
    if (block === undefined) {
      block = store.series({ metric, attributes: { 'v8js.heap.space.name': space } });
      blocks.set(key, block);
    }
    block.slots[block.index] = value;
  };
  const limit = store.series({ metric: heapSizeLimit, attributes: {} });
  return () => {
    limit.slots[limit.index] = v8.getHeapStatistics().heap_size_limit;
    for (const space of v8.getHeapSpaceStatistics()) {
      set(heapLimit, space.space_name, space.space_size);
      set(heapUsed, space.space_name, space.space_used_size);
      set(heapSpaceAvailable, space.space_name, space.space_available_size);
      set(heapSpacePhysical, space.space_name, space.physical_space_size);
    }
  };
}
