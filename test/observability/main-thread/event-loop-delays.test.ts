import { expect } from 'chai';
import {
  type RuntimeMetrics,
  startRuntimeMetrics,
} from '../../../packages/observability/src/main-thread/runtime-metrics.ts';
import { createSeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader, type StoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import { eventually } from '../../support/eventually.ts';

const BLOCK_MS = 400;
/** Clocks and timers are not of one mind to the millisecond; a loop that only turns is far below. */
const SEEN_SECONDS = (0.9 * BLOCK_MS) / 1000;

describe('Delays of the event loop', () => {
  let reader: StoreReader;
  let metrics: RuntimeMetrics;
  let collections: number;
  /** Called in each sample. */
  let onSample: () => void;

  beforeEach(() => {
    collections = 0;
    onSample = (): void => {};
    reader = createStoreReader({ now: Date.now });
    const store = createSeriesStore({
      writer: 1,
      announce: (announcement) => reader.accept(announcement),
      now: Date.now,
    });
    metrics = startRuntimeMetrics({
      store,
      now: Date.now,
      collections: () => {
        onSample();
        return collections;
      },
    });
  });

  afterEach(() => metrics.stop());

  function value(metric: string): number {
    return [...(reader.metrics.get(metric)?.series.values() ?? [])].reduce(
      (sum, one) => sum + (one.readValue() ?? 0),
      0,
    );
  }

  /** What a scrape would tell. */
  function collect(): number {
    collections += 1;
    return value('nodejs.eventloop.delay.max');
  }

  async function samples(count: number): Promise<void> {
    for (let sample = 0; sample < count; sample++) {
      const before = value('nodejs.eventloop.time');
      await eventually(() => value('nodejs.eventloop.time') > before || undefined);
    }
  }

  it('tell of a block that begins as soon as a collection has been noticed', async () => {
    await samples(1);
    collect();
    await new Promise<void>((resolve) => {
      onSample = (): void => {
        onSample = (): void => {};
        setImmediate(() => {
          block();
          resolve();
        });
      };
    });
    await samples(1);
    expect(collect()).to.be.at.least(SEEN_SECONDS);
  });

  it('tell of a block in which metrics were collected until they are collected again', async () => {
    await samples(1);
    // By the observer, which goes on meanwhile.
    collect();
    block();
    await samples(2);
    expect(collect()).to.be.at.least(SEEN_SECONDS);
  });

  it('are forgotten once they were collected', async () => {
    block();
    await samples(1);
    expect(collect()).to.be.at.least(SEEN_SECONDS);
    await samples(1);
    expect(collect()).to.be.within(0, SEEN_SECONDS);
  });
});

/** As an inference that computes without a pause. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
}
