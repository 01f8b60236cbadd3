import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { initObservability, type Observability } from '@inferometer/observability';
import { eventually } from '../../support/eventually.ts';
import { scrapeExemplars } from '../../support/open-metrics-exemplars.ts';
import { scrape } from '../../support/scrape.ts';
import { registerTracing, type Tracing } from '../../support/tracing.ts';

const TRACED_THREAD = new URL('fixtures/traced-thread.ts', import.meta.url);

describe('Exemplars of worker threads', () => {
  let observability: Observability;
  let tracing: Tracing;
  let url: string;

  beforeEach(async () => {
    tracing = registerTracing();
    observability = initObservability({
      prometheus: { host: '127.0.0.1', port: 0 },
      resources: false,
      globalMeterProvider: false,
      latencyBucketsSeconds: [0.1, 1],
    });
    url = (await observability.ready).metricsUrl ?? '';
  });

  afterEach(async () => {
    tracing.release();
    await observability.shutdown();
  });

  async function record(thread: Worker, latencyMs: number): Promise<string> {
    // Two records of one millisecond have no order among threads.
    await aNewMillisecond();
    const answer = once(thread, 'message');
    thread.postMessage(latencyMs);
    const [traceId] = (await answer) as [string];
    await aNewMillisecond();
    return traceId;
  }

  /** Trace ids by bucket, once there are so many. */
  async function traces(count: number): Promise<readonly string[]> {
    return await eventually(async () => {
      const exemplars = await scrapeExemplars(url);
      return exemplars.length === count ? exemplars.map(({ traceId }) => traceId) : undefined;
    });
  }

  it('are those of the thread that was last, and stay when threads have ended', async () => {
    const [first, second] = [new Worker(TRACED_THREAD), new Worker(TRACED_THREAD)];
    await record(first, 50);
    await record(second, 5000);
    const own = tracing.tracer.startActiveSpan('request', (span) => {
      observability.trackInference({ modelType: 'document', latencyMs: 500 });
      return span.spanContext().traceId;
    });
    const slowest = await record(first, 7000);
    const quick = await record(second, 60);
    expect(await traces(3)).to.deep.equal([quick, own, slowest]);
    const slots = async (): Promise<number> => (await scrape(url)).value('inferometer_slots') ?? 0;
    const before = await slots();
    await endThread(first);
    await endThread(second);
    // Their memory is given back some time after their end.
    await eventually(async () => ((await slots()) <= before - 2 * 8192 ? true : undefined));
    expect(await traces(3)).to.deep.equal([quick, own, slowest]);
    const third = new Worker(TRACED_THREAD);
    const latest = await record(third, 70);
    await eventually(async () => ((await traces(3))[0] === latest ? true : undefined));
    expect(await traces(3)).to.deep.equal([latest, own, slowest]);
    await endThread(third);
  });
});

async function endThread(thread: Worker): Promise<void> {
  const ended = once(thread, 'exit');
  thread.postMessage('end');
  await ended;
}

async function aNewMillisecond(): Promise<void> {
  const now = Date.now();
  await eventually(() => Promise.resolve(Date.now() > now ? true : undefined));
}
