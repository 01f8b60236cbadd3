import { performance } from 'node:perf_hooks';
import {
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
import { createGaugeSlot } from '../store/gauge-slot.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { createEventLoopDelays, type EventLoopDelaysParts } from './event-loop-delays.ts';
import { observeGarbageCollection } from './garbage-collection.ts';

/** What the event loop and the heap of this thread tell, sampled into slots. */
export interface RuntimeMetrics {
  stop(): void;
}

const SAMPLE_INTERVAL_MS = 1000;

export function startRuntimeMetrics(parts: EventLoopDelaysParts): RuntimeMetrics {
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

function createEventLoopSample(parts: EventLoopDelaysParts): { sample(): void; stop(): void } {
  const { store } = parts;
  const delays = createEventLoopDelays(parts);
  const utilization = createGaugeSlot(
    store,
    { metric: eventLoopUtilization, attributes: {}, origin: 'sampled' },
    parts.now,
  );
  const time = (state: 'active' | 'idle'): SlotBlock =>
    store.series({ metric: eventLoopTime, attributes: { 'nodejs.eventloop.state': state } });
  const active = time('active');
  const idle = time('idle');
  let last = performance.eventLoopUtilization();
  return {
    sample: (): void => {
      delays.sample();
      const current = performance.eventLoopUtilization();
      utilization.set(performance.eventLoopUtilization(current, last).utilization);
      last = current;
      active.slots[active.index] = current.active / 1000;
      idle.slots[idle.index] = current.idle / 1000;
    },
    stop: () => delays.stop(),
  };
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
