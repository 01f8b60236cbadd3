import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { WriterAnnouncement } from '../../../packages/observability/src/store/announcements.ts';
import { createStoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import { exemplarOf, type ExemplifyingTask } from './fixtures/exemplifying-thread.ts';

const EXEMPLIFYING_THREAD = new URL('fixtures/exemplifying-thread.ts', import.meta.url);

/** Of exemplars that differ from the one before. */
const READINGS = 100_000;

/** What is being written whenever somebody looks is not read; a thread may be stopped for long in the midst of it. */
const MOST_TRIES = 1000 * READINGS;

describe('exemplars that are read while a thread writes them', () => {
  let thread: Worker | undefined;

  afterEach(() => thread?.terminate());

  it('are each of one observation: trace, span, value and time', async () => {
    const signals = new Int32Array(new SharedArrayBuffer(8));
    const reader = createStoreReader({ now: Date.now });
    thread = new Worker(EXEMPLIFYING_THREAD, { workerData: { signals } satisfies ExemplifyingTask });
    const exited = once(thread, 'exit');
    const announced = Promise.withResolvers<void>();
    thread.on('error', announced.reject);
    thread.on('message', (announcement: WriterAnnouncement) => {
      reader.accept(announcement);
      if (announcement.kind === 'exemplars') {
        announced.resolve();
      }
    });
    await announced.promise;
    const [series] = reader.metrics.get('inference.latency')!.series.values();
    let last = 0;
    let readings = 0;
    for (let tries = 0; readings < READINGS && tries < MOST_TRIES; tries++) {
      const [exemplar] = series?.readExemplars() ?? [];
      if (exemplar !== undefined && exemplar.value !== last) {
        const { traceId, spanId, timeMs } = exemplarOf(exemplar.value);
        if (exemplar.traceId !== traceId || exemplar.spanId !== spanId || exemplar.timeMs !== timeMs) {
          expect(exemplar).to.deep.equal({ traceId, spanId, timeMs, value: exemplar.value });
        }
        last = exemplar.value;
        readings += 1;
      }
    }
    Atomics.store(signals, 0, 1);
    await exited;
    expect(readings).to.equal(READINGS);
    expect(Atomics.load(signals, 1)).to.be.above(READINGS);
  });
});
