import type { Meter, ObservableResult } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  createMainMeterProvider,
  type MainMeterProvider,
  type MainMeterProviderOptions,
} from '../../../packages/observability/src/bridge/main-meter-provider.ts';
import { captureWarnings } from './captured-warnings.ts';
import { pointsOf, sumOf, valueAt, valuesOf } from './collected-points.ts';

const OVERFLOW = { 'otel.metric.overflow': true };

describe('observable instruments on the bridge', () => {
  const warnings = captureWarnings();
  let provider: MainMeterProvider;
  let meter: Meter;
  let nowMs: number;

  function start(options: MainMeterProviderOptions = {}): void {
    nowMs = 0;
    provider = createMainMeterProvider({ clock: () => nowMs, ...options });
    meter = provider.getMeter('shop');
  }

  const collect = (): Promise<sdk.ScopeMetrics[]> => provider.collect({ timeoutMs: 10 });

  beforeEach(() => start());

  it('are asked at each collection', async () => {
    let reads = 0;
    meter.createObservableGauge('queue').addCallback((result) => result.observe(++reads, { name: 'mail' }));
    meter.createObservableCounter('bytes').addCallback(async (result) => result.observe(reads * 10));
    meter.createObservableUpDownCounter('open').addCallback((result) => result.observe(-reads));
    await collect();
    const collected = await collect();
    expect(valueAt(collected, 'queue', { name: 'mail' })).to.equal(2);
    expect(valuesOf(collected, 'bytes')).to.deep.equal([20]);
    expect(valuesOf(collected, 'open')).to.deep.equal([-2]);
  });

  it('call a callback once however often it is added, and no more once it is removed', async () => {
    let calls = 0;
    const count = (result: ObservableResult): void => result.observe(++calls);
    const gauge = meter.createObservableGauge('queue');
    gauge.addCallback(count);
    gauge.addCallback(count);
    expect(valuesOf(await collect(), 'queue')).to.deep.equal([1]);
    gauge.removeCallback(count);
    expect(valuesOf(await collect(), 'queue')).to.deep.equal([]);
    gauge.addCallback(count);
    expect(valuesOf(await collect(), 'queue')).to.deep.equal([2]);
  });

  it('keep the callbacks of two instruments of the same name apart', async () => {
    const observe = (result: ObservableResult): void => result.observe(1);
    const one = meter.createObservableGauge('queue');
    const other = meter.createObservableGauge('queue');
    one.addCallback(observe);
    other.addCallback(observe);
    one.removeCallback(observe);
    expect(valuesOf(await collect(), 'queue')).to.deep.equal([1]);
  });

  it('are observed by batch callbacks, until these are removed', async () => {
    const used = meter.createObservableGauge('pool.used');
    const free = meter.createObservableGauge('pool.free');
    const stranger = meter.createObservableGauge('pool.other');
    const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
      result.observe(used, 3, { pool: 'a' });
      result.observe(free, 4, { pool: 'a' });
      result.observe(stranger, 5);
      result.observe({ addCallback: () => undefined, removeCallback: () => undefined }, 6);
    };
    meter.addBatchObservableCallback(observe, [used, free]);
    meter.addBatchObservableCallback(observe, [free, used]);
    const collected = await collect();
    expect(pointsOf(collected).map(({ metric, value }) => [metric.descriptor.name, value])).to.deep.equal([
      ['pool.used', 3],
      ['pool.free', 4],
    ]);
    meter.removeBatchObservableCallback(observe, [used]);
    expect(pointsOf(await collect())).to.have.length(2);
    meter.removeBatchObservableCallback(observe, [used, free]);
    expect(pointsOf(await collect())).to.have.length(0);
  });

  it('refuse batch callbacks without an instrument of theirs', async () => {
    const foreign = new sdk.MeterProvider().getMeter('other').createObservableGauge('queue');
    meter.addBatchObservableCallback(() => undefined, [foreign]);
    meter.addBatchObservableCallback(() => undefined, null as never);
    expect(await collect()).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      'inferometer: a batch callback needs observable instruments of this meter provider',
    ]);
  });

  it('leave out what a callback no longer observes', async () => {
    let queues = ['mail', 'print'];
    meter.createObservableGauge('queue').addCallback((result) => {
      for (const name of queues) {
        result.observe(1, { name });
      }
    });
    expect(pointsOf(await collect())).to.have.length(2);
    queues = ['print'];
    expect(pointsOf(await collect()).map(({ attributes }) => attributes)).to.deep.equal([{ name: 'print' }]);
    queues = [];
    expect(await collect()).to.deep.equal([]);
    queues = ['mail'];
    expect(pointsOf(await collect()).map(({ attributes }) => attributes)).to.deep.equal([{ name: 'mail' }]);
  });

  describe('with a callback that fails', () => {
    it('lose the metrics of one that hangs, and nothing else', async () => {
      let calls = 0;
      meter.createObservableGauge('hung').addCallback((result) => {
        calls++;
        result.observe(1);
        return new Promise(() => undefined);
      });
      meter.createObservableGauge('queue').addCallback((result) => result.observe(7));
      meter.createObservableGauge('slow').addCallback(async (result) => {
        await Promise.resolve();
        result.observe(8);
      });
      meter.createCounter('orders').add(9);
      for (let collection = 0; collection < 3; collection++) {
        const collected = await collect();
        expect(valuesOf(collected, 'queue')).to.deep.equal([7]);
        expect(valuesOf(collected, 'slow')).to.deep.equal([8]);
        expect(valuesOf(collected, 'orders')).to.deep.equal([9]);
        expect(valuesOf(collected, 'hung')).to.deep.equal([]);
      }
      expect(calls).to.equal(1);
      expect(warnings).to.deep.equal([
        'inferometer: the observable callback of "hung" has not answered in time; its metrics are missing until it does',
      ]);
    });

    it('do not wait again for one that hangs', async () => {
      meter.createObservableGauge('hung').addCallback(() => new Promise(() => undefined));
      meter.createCounter('orders').add(1);
      await collect();
      // An hour: the test would time out if this collection waited for its deadline.
      const collected = await provider.collect({ timeoutMs: 3_600_000 });
      expect(valuesOf(collected, 'orders')).to.deep.equal([1]);
    });

    it('lose the metrics of one that throws or rejects, and nothing else', async () => {
      meter.createObservableGauge('throws').addCallback((result) => {
        result.observe(1);
        throw new Error('no database');
      });
      meter.createObservableGauge('rejects').addCallback(async (result) => {
        result.observe(1);
        throw new Error('no database');
      });
      const trap = new Proxy(
        {},
        {
          has(): never {
            throw new Error('no');
          },
        },
      );
      meter.createObservableGauge('strange').addCallback(() => trap as Promise<void>);
      meter.createObservableGauge('queue').addCallback((result) => result.observe(7));
      const collected = await collect();
      expect(pointsOf(collected).map(({ metric }) => metric.descriptor.name)).to.deep.equal(['queue']);
      expect(warnings).to.deep.equal(['inferometer: the observable callback of "throws" failed: Error: no database']);
    });

    it('take a late answer in at the next collection', async () => {
      const answers: PromiseWithResolvers<number>[] = [];
      meter.createObservableGauge('rows').addCallback(async (result) => {
        const answer = Promise.withResolvers<number>();
        answers.push(answer);
        result.observe(await answer.promise);
      });
      expect(valuesOf(await collect(), 'rows')).to.deep.equal([]);
      answers[0]?.resolve(100);
      await settle();
      // The callback runs once more and is late again: what it said last is told meanwhile.
      expect(valuesOf(await collect(), 'rows')).to.deep.equal([100]);
      expect(answers).to.have.length(2);
      expect(valuesOf(await collect(), 'rows')).to.deep.equal([]);
      answers[1]?.resolve(200);
      await settle();
      expect(valuesOf(await collect(), 'rows')).to.deep.equal([200]);
    });

    it('forget a late answer after five minutes', async () => {
      const first = Promise.withResolvers<number>();
      const never = new Promise<number>(() => undefined);
      const answers = [first.promise, never];
      meter.createObservableGauge('rows').addCallback(async (result) => result.observe((await answers.shift()) ?? 0));
      await collect();
      first.resolve(100);
      await settle();
      nowMs = 300_001;
      expect(valuesOf(await collect(), 'rows')).to.deep.equal([]);
    });

    it('ignore what is observed after the callback has returned', async () => {
      let kept: ObservableResult | undefined;
      meter.createObservableGauge('queue').addCallback((result) => {
        kept = result;
        result.observe(1);
      });
      await collect();
      kept?.observe(2, { late: true });
      expect(valuesOf(await collect(), 'queue')).to.deep.equal([1]);
    });

    it('ignore callbacks that are no functions', async () => {
      meter.createObservableGauge('queue').addCallback('callback' as never);
      expect(await collect()).to.deep.equal([]);
      expect(warnings).to.deep.equal(['inferometer: the callback of "queue" must be a function']);
    });
  });

  describe('with more attribute sets than the limit', () => {
    it('hold the limit over twenty collections, and keep the total', async () => {
      start({ cardinalityLimit: 10 });
      let collection = 0;
      const observeAll = (result: ObservableResult): void => {
        for (let item = 0; item < 20; item++) {
          result.observe(item, { item: `${collection}-${item}` });
        }
      };
      meter.createObservableUpDownCounter('open').addCallback(observeAll);
      meter.createObservableGauge('queue').addCallback(observeAll);
      for (collection = 0; collection < 20; collection++) {
        const collected = await collect();
        expect(sumOf(collected, 'open')).to.equal(190);
        expect(valuesOf(collected, 'open')).to.have.length.at.most(11);
        expect(valueAt(collected, 'queue', OVERFLOW)).to.equal(19);
      }
    });

    it('add up the overflow of several callbacks', async () => {
      start({ cardinalityLimit: 1 });
      const open = meter.createObservableUpDownCounter('open');
      open.addCallback((result) => result.observe(1, { first: true }));
      open.addCallback((result) => {
        result.observe(2, { item: 'a' });
        result.observe(3, { item: 'b' });
      });
      open.addCallback(async (result) => result.observe(10, { item: 'c' }));
      for (let collection = 0; collection < 3; collection++) {
        expect(valueAt(await collect(), 'open', OVERFLOW)).to.equal(15);
      }
    });

    it('never let the overflow of a counter fall, and count its increases', async () => {
      start({ cardinalityLimit: 1 });
      const connections = new Map([['first', 1]]);
      let isBroken = false;
      const bytes = meter.createObservableCounter('bytes');
      bytes.addCallback((result) => {
        for (const [connection, count] of connections) {
          result.observe(count, { connection });
        }
      });
      bytes.addCallback((result) => {
        if (isBroken) {
          throw new Error('no answer');
        }
        result.observe(1_000, { connection: 'steady' });
      });
      const overflow = async (): Promise<unknown> => valueAt(await collect(), 'bytes', OVERFLOW);

      connections.set('a', 10).set('b', 20);
      expect(await overflow()).to.equal(1_030);
      connections.set('b', 25);
      expect(await overflow()).to.equal(1_035);
      connections.delete('b');
      expect(await overflow()).to.equal(1_035);
      isBroken = true;
      connections.set('c', 7);
      expect(await overflow()).to.equal(1_042);
      isBroken = false;
      expect(await overflow()).to.equal(1_042);
    });

    it('hold the limit in batch callbacks', async () => {
      start({ cardinalityLimit: 2 });
      const used = meter.createObservableUpDownCounter('pool.used');
      const free = meter.createObservableUpDownCounter('pool.free');
      meter.addBatchObservableCallback(
        (result) => {
          for (let pool = 0; pool < 10; pool++) {
            result.observe(used, 1, { pool });
            result.observe(free, 2, { pool });
          }
        },
        [used, free],
      );
      const collected = await collect();
      expect(valuesOf(collected, 'pool.used')).to.deep.equal([1, 1, 8]);
      expect(valuesOf(collected, 'pool.free')).to.deep.equal([2, 2, 16]);
    });

    it('hold back more callbacks than 10,000', async () => {
      let calls = 0;
      const gauge = meter.createObservableGauge('queue');
      for (let callback = 0; callback < 10_100; callback++) {
        gauge.addCallback(() => void calls++);
      }
      await collect();
      expect(calls).to.equal(10_000);
    });
  });

  it('drop values that are no numbers, and negative ones of counters', async () => {
    meter.createObservableCounter('bytes').addCallback((result) => {
      result.observe(-1, { item: 'a' });
      result.observe(Number.NaN, { item: 'b' });
      result.observe('7' as never, { item: 'c' });
      result.observe(7, { item: 'd' });
    });
    expect(pointsOf(await collect()).map(({ value }) => value)).to.deep.equal([7]);
  });
});

/** Lets promises settle that wait for nothing but each other. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
