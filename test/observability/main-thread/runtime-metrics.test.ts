import { initObservability, type Observability } from '@inferometer/observability';
import { expect } from 'chai';
import { getHeapStatistics } from 'node:v8';
import { eventually } from '../../support/eventually.ts';
import { scrape } from '../../support/scrape.ts';

describe('The event loop and the heap of the main thread', () => {
  let observability: Observability;
  let metricsUrl: string;

  beforeEach(async () => {
    observability = initObservability({ serviceName: 'runtime', prometheus: { host: '127.0.0.1', port: 0 } });
    const ready = await observability.ready;
    metricsUrl = ready.metricsUrl!;
  });

  afterEach(() => observability.shutdown());

  it('tell of each heap space, and of what all of them may grow to', async () => {
    const told = await scrape(metricsUrl);
    const used = told.sum('v8js_memory_heap_used_bytes');
    expect(told.value('v8js_memory_heap_used_bytes', { v8js_heap_space_name: 'old_space' })).to.be.within(1, used);
    expect(told.value('v8js_memory_heap_size_limit_bytes')).to.equal(getHeapStatistics().heap_size_limit);
    expect(used).to.be.within(getHeapStatistics().used_heap_size / 4, getHeapStatistics().heap_size_limit);
    expect(told.sum('v8js_memory_heap_limit_bytes')).to.be.at.least(used);
  });

  it('tell what the time of the loop goes to, and what it is busy with', async () => {
    const first = await scrape(metricsUrl);
    const later = await eventually(async () => {
      const told = await scrape(metricsUrl);
      const moved = told.sum('nodejs_eventloop_time_seconds_total') > first.sum('nodejs_eventloop_time_seconds_total');
      // Where the machine is busy the first second may pass without a delay that was measured.
      return moved && told.value('nodejs_eventloop_delay_p50_seconds') !== undefined ? told : undefined;
    });
    for (const state of ['active', 'idle']) {
      const labels = { nodejs_eventloop_state: state };
      const before = first.value('nodejs_eventloop_time_seconds_total', labels)!;
      expect(later.value('nodejs_eventloop_time_seconds_total', labels)).to.be.at.least(before);
    }
    expect(later.value('nodejs_eventloop_utilization_ratio')).to.be.within(0, 1);
    const p50 = later.value('nodejs_eventloop_delay_p50_seconds')!;
    expect(later.value('nodejs_eventloop_delay_max_seconds')).to.be.at.least(p50);
  });

  it('keep telling the last delays that were measured while the thread is blocked all the time', async () => {
    const delay = async (): Promise<number | undefined> =>
      (await scrape(metricsUrl)).value('nodejs_eventloop_delay_p50_seconds');
    await eventually(delay);
    for (let block = 0; block < 3; block++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
      expect(await delay()).to.be.a('number');
    }
  });

  it('tell of garbage collections', async () => {
    await eventually(async () => {
      // Enough garbage for a collection of the young.
      Array.from({ length: 100_000 }, (_, index) => ({ index }));
      return (await scrape(metricsUrl)).sum('v8js_gc_duration_seconds_count') > 0 || undefined;
    });
  });
});
