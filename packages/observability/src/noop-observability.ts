import type { InferenceTimer } from './inference/inference-types.ts';
import { createStoreProducer } from './observer/store-producer.ts';
import { createStoreReader } from './store/store-reader.ts';
import type { Observability } from './observability.ts';

function nothing(): void {}

const NOOP_TIMER: InferenceTimer = { phase: nothing, end: nothing, fail: nothing };

/** What `initObservability()` returns where nothing is to be observed: it takes every call and does nothing. */
export function createNoopObservability(onShutdown: () => void = nothing): Observability {
  return {
    ready: Promise.resolve({ metricsUrl: undefined }),
    trackInference: nothing,
    startInference: () => NOOP_TIMER,
    instrument: (_modelType, fn) => fn,
    trackInferences: () => (() => undefined) as never,
    recordGroundTruth: nothing,
    updateResourceMetrics: nothing,
    updateDriftMetrics: nothing,
    resources: { start: nothing, stop: nothing },
    createStoreProducer: () => createStoreProducer(createStoreReader({ now: Date.now }), Date.now),
    metricsText: () => Promise.resolve(''),
    flush: () => Promise.resolve(),
    shutdown: () => {
      onShutdown();
      return Promise.resolve();
    },
  };
}
