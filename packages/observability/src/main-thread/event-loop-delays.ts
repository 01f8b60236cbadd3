import { createHistogram, performance } from 'node:perf_hooks';
import {
  eventLoopDelayMax,
  eventLoopDelayMean,
  eventLoopDelayMin,
  eventLoopDelayP50,
  eventLoopDelayP90,
  eventLoopDelayP99,
  eventLoopDelayStddev,
} from '../catalogue/runtime-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { createGaugeSlot, type GaugeSlot } from '../store/gauge-slot.ts';
import type { SeriesStore } from '../store/series-store.ts';

/** How late this thread's event loop turns, sampled into slots. */
export interface EventLoopDelays {
  sample(): void;
  stop(): void;
}

export interface EventLoopDelaysParts {
  readonly store: SeriesStore;
  readonly now: () => number;
  /** How often metrics were collected so far: delays are told from one collection to the next. */
  readonly collections: () => number;
}

/** Between the accuracy of the delays and the wake-ups that measuring them costs; the default of Node.js is 10. */
const RESOLUTION_MS = 20;

/** More than an hour is told as an hour: the range of Node.js's own measure, and what a histogram of 270 KiB holds. */
const LONGEST_NANOSECONDS = 3.6e12;

const NANOSECONDS = 1e9;

/**
 * The measure of Node.js, `monitorEventLoopDelay`, cannot be begun anew without forgetting its last tick, and with it the
 * delay that lasts just then. So ticks are timed here, and none is left out before a collection has seen it: what came
 * since the latest sample is kept apart, because it is in no slot yet when a collection ends the time that is told.
 */
export function createEventLoopDelays({ store, now, collections }: EventLoopDelaysParts): EventLoopDelays {
  const gauge = (metric: MetricDefinition): GaugeSlot =>
    createGaugeSlot(store, { metric, attributes: {}, origin: 'sampled' }, now);
  const told = createHistogram({ lowest: 1, highest: LONGEST_NANOSECONDS });
  const gauges: readonly (readonly [GaugeSlot, () => number])[] = [
    [gauge(eventLoopDelayMin), (): number => beyondTimer(told.min)],
    [gauge(eventLoopDelayMax), (): number => beyondTimer(told.max)],
    [gauge(eventLoopDelayMean), (): number => beyondTimer(told.mean)],
    [gauge(eventLoopDelayStddev), (): number => told.stddev],
    [gauge(eventLoopDelayP50), (): number => beyondTimer(told.percentile(50))],
    [gauge(eventLoopDelayP90), (): number => beyondTimer(told.percentile(90))],
    [gauge(eventLoopDelayP99), (): number => beyondTimer(told.percentile(99))],
  ];
  /** Times between ticks since the latest sample. */
  const latest: number[] = [];
  let tickedAtMs = performance.now();
  let collected = collections();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    latest.push(nowMs - tickedAtMs);
    tickedAtMs = nowMs;
  }, RESOLUTION_MS).unref();
  return {
    sample: (): void => {
      if (collections() !== collected) {
        told.reset();
      }
      for (const elapsedMs of latest) {
        told.record(Math.min(LONGEST_NANOSECONDS, Math.max(1, Math.round(elapsedMs * 1e6))));
      }
      latest.length = 0;
      // Where there is none, at the start and while this thread is blocked all the time, what was told before stays.
      if (told.count > 0) {
        for (const [slot, read] of gauges) {
          slot.set(read() / NANOSECONDS);
        }
      }
      // Only now: a collection that is counted later has read what was set here.
      collected = collections();
    },
    stop: (): void => {
      clearInterval(timer);
    },
  };
}

/** Ticks are measured from one to the next: an idle loop would seem to lag by the timer's own interval. */
function beyondTimer(elapsedNs: number): number {
  return Math.max(0, elapsedNs - RESOLUTION_MS * 1e6);
}
