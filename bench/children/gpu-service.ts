// A service with GPU metrics that does nothing else: how late are the event loops of its main and its observer's thread?
// Arguments: the options of `gpu` as JSON. It needs loop-delay.pnp.cjs preloaded.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { initObservability, type ObservabilityOptions } from '@inferometer/observability';
import { answerRequests } from '../measure/child-process.ts';

export type GpuServiceRequest =
  /** Answered with the address to scrape. */
  | 'url'
  /** Answered once both threads measure. */
  | 'begin'
  /** Answered with what was measured since. */
  | 'report';

export interface LoopDelays {
  readonly mainMs: number;
  readonly observerMs: number;
}

const gpu = JSON.parse(process.argv[2] ?? '{}') as NonNullable<ObservabilityOptions['gpu']>;
const { ready } = initObservability({ prometheus: { host: '127.0.0.1', port: 0 }, resources: false, gpu });
const { metricsUrl } = await ready;
const observer = new BroadcastChannel('loop-delay');
const loop = monitorEventLoopDelay({ resolution: 1 });

answerRequests(async (request: GpuServiceRequest): Promise<string | LoopDelays | undefined> => {
  switch (request) {
    case 'url':
      return metricsUrl;
    case 'begin':
      await askObserver('begin');
      loop.reset();
      loop.enable();
      return 'begun';
    case 'report': {
      loop.disable();
      const { maxMs } = (await askObserver('report')) as { maxMs: number };
      return { mainMs: loop.max / 1e6, observerMs: maxMs };
    }
  }
});

function askObserver(question: string): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  observer.onmessage = (event): void => resolve((event as { data: unknown }).data);
  observer.postMessage(question);
  return promise;
}
