import { expect } from 'chai';
import {
  type BridgeProducer,
  type BridgeProducerOptions,
  createBridgeProducer,
} from '../../../packages/observability/src/bridge/bridge-producer.ts';
import { type BridgeSource, createBridgeSource } from '../../../packages/observability/src/bridge/bridge-source.ts';
import {
  createMainMeterProvider,
  type MainMeterProvider,
} from '../../../packages/observability/src/bridge/main-meter-provider.ts';
import type { BridgeSnapshot } from '../../../packages/observability/src/bridge/metric-snapshot.ts';
import { captureWarnings } from './captured-warnings.ts';
import { valuesOf } from './collected-points.ts';

/** Long enough never to be reached: what depends on it would make the test time out. */
const NEVER_MS = 3_600_000;

describe('the bridge producer', () => {
  const warnings = captureWarnings();
  let nowMs: number;
  let provider: MainMeterProvider;
  let source: BridgeSource;
  let isBlocked: boolean;
  /** Requests that the main thread has not answered yet. */
  let open: { readonly reset: boolean; answer(): Promise<void>; fail(error: Error): void }[];

  beforeEach(() => {
    nowMs = 1_000;
    isBlocked = false;
    open = [];
    provider = createMainMeterProvider();
    source = createBridgeSource(provider);
  });

  const setOrders = (value: number): void => provider.getMeter('shop').createGauge('orders').record(value);

  /** A main thread that answers at once. */
  function producerOfPromptMain(options: Partial<BridgeProducerOptions> = {}): BridgeProducer {
    return createBridgeProducer({
      request: (reset) => source.collect({ timeoutMs: 50, reset }),
      isMainBlocked: () => isBlocked,
      timeoutMs: NEVER_MS,
      clock: () => nowMs,
      ...options,
    });
  }

  /** A main thread that answers when the test says so. */
  function producerOfSlowMain(options: Partial<BridgeProducerOptions> = {}): BridgeProducer {
    return producerOfPromptMain({
      request(reset): Promise<BridgeSnapshot> {
        const { promise, resolve, reject } = Promise.withResolvers<BridgeSnapshot>();
        open.push({
          reset,
          async answer(): Promise<void> {
            resolve(await source.collect({ timeoutMs: 50, reset }));
            await settle();
          },
          fail: reject,
        });
        return promise;
      },
      ...options,
    });
  }

  async function ordersOf(producer: BridgeProducer): Promise<number[]> {
    const { resourceMetrics, errors } = await producer.collect();
    expect(errors).to.deep.equal([]);
    return valuesOf(resourceMetrics.scopeMetrics, 'orders');
  }

  it("exports the main thread's metrics", async () => {
    const producer = producerOfPromptMain();
    expect(producer.ageSeconds()).to.equal(undefined);
    expect(await ordersOf(producer)).to.deep.equal([]);
    setOrders(1);
    expect(await ordersOf(producer)).to.deep.equal([1]);
    setOrders(2);
    expect(await ordersOf(producer)).to.deep.equal([2]);
    expect(producer.ageSeconds()).to.equal(0);
  });

  it('uses the last answer at once while the main thread is known to be blocked, and tells its age', async () => {
    const producer = producerOfSlowMain();
    setOrders(1);
    const first = ordersOf(producer);
    await open[0]?.answer();
    expect(await first).to.deep.equal([1]);

    isBlocked = true;
    setOrders(2);
    for (const seconds of [1, 2, 3]) {
      nowMs += 1_000;
      expect(await ordersOf(producer)).to.deep.equal([1]);
      expect(producer.ageSeconds()).to.equal(seconds);
    }
    expect(open).to.have.length(2);

    await open[1]?.answer();
    expect(producer.ageSeconds()).to.equal(0);
    expect(await ordersOf(producer)).to.deep.equal([2]);
  });

  it('waits for the time-out only once, however many collections come before the answer', async () => {
    const producer = producerOfSlowMain({ timeoutMs: 5 });
    setOrders(1);
    expect(await ordersOf(producer)).to.deep.equal([]);
    nowMs += 5;
    expect(await ordersOf(producer)).to.deep.equal([]);
    expect(open).to.have.length(1);
    expect(producer.ageSeconds()).to.equal(undefined);
  });

  it('takes a late answer in for the next collection', async () => {
    const producer = producerOfSlowMain({ timeoutMs: 5 });
    setOrders(1);
    expect(await ordersOf(producer)).to.deep.equal([]);
    await open[0]?.answer();
    isBlocked = true;
    expect(await ordersOf(producer)).to.deep.equal([1]);
  });

  it("waits no longer than the reader's own deadline", async () => {
    const producer = producerOfSlowMain();
    const { resourceMetrics } = await producer.collect({ timeoutMillis: 5 });
    expect(resourceMetrics.scopeMetrics).to.deep.equal([]);
  });

  it('lets readers that collect at the same time share one request', async () => {
    const producer = producerOfSlowMain();
    setOrders(1);
    const both = Promise.all([ordersOf(producer), ordersOf(producer)]);
    expect(open).to.have.length(1);
    await open[0]?.answer();
    expect(await both).to.deep.equal([[1], [1]]);
    const third = ordersOf(producer);
    expect(open).to.have.length(2);
    await open[1]?.answer();
    expect(await third).to.deep.equal([1]);
  });

  it('keeps the last answer when a request fails, and asks for everything the next time', async () => {
    const producer = producerOfSlowMain();
    setOrders(1);
    const first = ordersOf(producer);
    await open[0]?.answer();
    await first;

    const second = ordersOf(producer);
    open[1]?.fail(new Error('no SDK'));
    expect(await second).to.deep.equal([1]);
    expect(warnings).to.deep.equal([
      'inferometer: the main thread could not collect your own instruments: Error: no SDK',
    ]);

    setOrders(2);
    const third = ordersOf(producer);
    await open[2]?.answer();
    expect(await third).to.deep.equal([2]);
    expect(open.map(({ reset }) => reset)).to.deep.equal([true, false, true]);
  });

  it('survives a request that throws', async () => {
    const producer = producerOfPromptMain({
      request: () => {
        throw new Error('port closed');
      },
    });
    expect(await ordersOf(producer)).to.deep.equal([]);
    expect(await ordersOf(producer)).to.deep.equal([]);
    expect(warnings).to.have.length(1);
  });

  it('asks for everything when an answer is missing or broken', async () => {
    const resets: boolean[] = [];
    let tamper = (snapshot: BridgeSnapshot): BridgeSnapshot => snapshot;
    const producer = producerOfPromptMain({
      async request(reset) {
        resets.push(reset);
        return tamper(await source.collect({ timeoutMs: 50, reset }));
      },
    });
    setOrders(1);
    await ordersOf(producer);
    await source.collect({ timeoutMs: 50, reset: false });
    setOrders(2);
    expect(await ordersOf(producer)).to.deep.equal([1]);
    expect(await ordersOf(producer)).to.deep.equal([2]);

    tamper = (snapshot) => ({ ...snapshot, numbers: Float64Array.of(99, 1) });
    setOrders(3);
    expect(await ordersOf(producer)).to.deep.equal([2]);
    tamper = (snapshot) => snapshot;
    expect(await ordersOf(producer)).to.deep.equal([3]);
    expect(resets).to.deep.equal([true, false, true, false, true]);
  });

  it('asks again after 30 seconds when an answer is lost, but not while the main thread is blocked', async () => {
    const producer = producerOfSlowMain({ timeoutMs: 0 });
    setOrders(1);
    await ordersOf(producer);
    nowMs += 30_001;
    isBlocked = true;
    await ordersOf(producer);
    expect(open).to.have.length(1);
    isBlocked = false;
    await ordersOf(producer);
    expect(open.map(({ reset }) => reset)).to.deep.equal([true, true]);

    await open[1]?.answer();
    setOrders(2);
    await open[0]?.answer();
    isBlocked = true;
    expect(await ordersOf(producer), 'an answer that was given up is ignored').to.deep.equal([1]);
  });

  it('starts afresh when the observer restarts', async () => {
    setOrders(1);
    await ordersOf(producerOfPromptMain());
    const restarted = producerOfPromptMain();
    expect(await ordersOf(restarted)).to.deep.equal([1]);
    setOrders(2);
    expect(await ordersOf(restarted)).to.deep.equal([2]);
  });
});

describe('the bridge source', () => {
  it('answers with an empty snapshot without loading the SDK while there is no instrument', async () => {
    let loads = 0;
    const source = createBridgeSource(
      createMainMeterProvider({
        loadSdk: () => {
          loads++;
          throw new Error('not needed');
        },
      }),
    );
    const snapshot = await source.collect({ timeoutMs: 50, reset: true });
    expect(snapshot.numbers).to.have.length(0);
    expect(loads).to.equal(0);
  });

  it('serves overlapping requests one after the other', async () => {
    const provider = createMainMeterProvider();
    const answer = Promise.withResolvers<void>();
    let calls = 0;
    provider
      .getMeter('shop')
      .createObservableGauge('orders')
      .addCallback(async (result) => {
        calls++;
        await answer.promise;
        result.observe(calls);
      });
    const source = createBridgeSource(provider);
    const both = [1, 2].map(() => source.collect({ timeoutMs: NEVER_MS, reset: true }));
    await settle();
    expect(calls).to.equal(1);
    answer.resolve();
    const snapshots = await Promise.all(both);
    expect(snapshots.map(({ sequence }) => sequence)).to.deep.equal([1, 2]);
    expect(calls).to.equal(2);
  });
});

/** Lets promises settle that wait for nothing but each other. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
