import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { build } from 'esbuild';
import { type BridgeSource, createBridgeSource } from '../../../packages/observability/src/bridge/bridge-source.ts';
import {
  createMainMeterProvider,
  type MainMeterProvider,
} from '../../../packages/observability/src/bridge/main-meter-provider.ts';
import { pointsOf, valueAt } from './collected-points.ts';

const run = promisify(execFile);

interface Collected {
  readonly scopeMetrics: ScopeMetrics[];
  readonly isSameAttributes: boolean;
  readonly ageSeconds: number | undefined;
}

/** A running observer thread, and what the main thread does for it. */
interface Observer {
  collect(): Promise<Collected>;
  /** Lets the observer collect while this thread stands still. */
  collectWhileBlocked(): Promise<Collected>;
  readonly resets: readonly boolean[];
  stop(): Promise<void>;
}

function startObserver(source: BridgeSource, timeoutMs: number): Observer {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const resets: boolean[] = [];
  const worker = new Worker(new URL('fixtures/bridge-observer.ts', import.meta.url), {
    workerData: { timeoutMs, signal },
  });
  const collections: ((collected: Collected) => void)[] = [];
  const answer = async (reset: boolean): Promise<void> => {
    resets.push(reset);
    const snapshot = await source.collect({ timeoutMs: 50, reset });
    worker.postMessage({ kind: 'snapshot', snapshot });
  };
  worker.on('message', (message) => {
    if (message.kind === 'request') {
      void answer(message.reset);
    } else {
      collections.shift()?.(message);
    }
  });
  const collect = (): Promise<Collected> =>
    new Promise((resolve) => {
      collections.push(resolve);
      worker.postMessage({ kind: 'collect' });
    });
  return {
    resets,
    collect,
    collectWhileBlocked(): Promise<Collected> {
      Atomics.store(signal, 0, 0);
      const collected = collect();
      expect(Atomics.wait(signal, 0, 0, 10_000)).to.be.oneOf(['ok', 'not-equal']);
      return collected;
    },
    async stop(): Promise<void> {
      await worker.terminate();
    },
  };
}

describe('the bridge between two threads', () => {
  let provider: MainMeterProvider;
  let source: BridgeSource;
  const observers: Observer[] = [];

  beforeEach(() => {
    provider = createMainMeterProvider();
    source = createBridgeSource(provider);
  });

  afterEach(async () => {
    await Promise.all(observers.splice(0).map((observer) => observer.stop()));
  });

  function observe(timeoutMs: number): Observer {
    const observer = startObserver(source, timeoutMs);
    observers.push(observer);
    return observer;
  }

  it('carries metrics, keeps the identity of attributes, and starts afresh for a new observer', async () => {
    const meter = provider.getMeter('shop');
    const orders = meter.createCounter('orders');
    const sizes = meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 2] } });
    meter.createObservableGauge('queue').addCallback((result) => result.observe(7, { name: 'mail' }));
    provider.getMeter('other').createCounter('orders').add(100);
    orders.add(1, { kind: 'book' });
    sizes.record(2);

    const observer = observe(10_000);
    const first = await observer.collect();
    expect(valueAt(first.scopeMetrics, 'orders', { kind: 'book' })).to.equal(1);
    expect(valueAt(first.scopeMetrics, 'orders', {})).to.equal(100);
    expect(valueAt(first.scopeMetrics, 'queue', { name: 'mail' })).to.equal(7);
    expect(pointsOf(first.scopeMetrics, 'size')[0]?.value).to.deep.include({ sum: 2, count: 1 });

    orders.add(2, { kind: 'book' });
    orders.add(5, { kind: 'pen' });
    const second = await observer.collect();
    expect(valueAt(second.scopeMetrics, 'orders', { kind: 'book' })).to.equal(3);
    expect(valueAt(second.scopeMetrics, 'orders', { kind: 'pen' })).to.equal(5);
    expect(second.isSameAttributes).to.equal(true);
    expect(observer.resets).to.deep.equal([true, false]);
    await observer.stop();

    const restarted = observe(10_000);
    const third = await restarted.collect();
    expect(third.scopeMetrics).to.have.length(2);
    expect(valueAt(third.scopeMetrics, 'orders', { kind: 'pen' })).to.equal(5);
    expect(restarted.resets).to.deep.equal([true]);
  });

  it('gives the last answer while the main thread stands still', async () => {
    const orders = provider.getMeter('shop').createCounter('orders');
    orders.add(1);
    const observer = observe(50);
    let collected = await observer.collect();
    while (collected.scopeMetrics.length === 0) {
      // A slow machine may need longer than the observer waits.
      collected = await observer.collect();
    }
    orders.add(1);
    const blocked = await observer.collectWhileBlocked();
    expect(valueAt(blocked.scopeMetrics, 'orders', {})).to.equal(1);
    expect(blocked.ageSeconds).to.be.greaterThan(0.04);
  });
});

describe('the bridge in an application', () => {
  it('loads the SDK only when there is a meter', async () => {
    const application = fileURLToPath(new URL('fixtures/lazy-application.ts', import.meta.url));
    const { stdout } = await run(process.execPath, ['--conditions=@inferometer/source', application]);
    expect(JSON.parse(stdout)).to.deep.equal({ before: 0, after: true });
  });

  it('works in a bundle without node_modules, and keeps what was recorded first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inferometer-bundle-'));
    try {
      const outfile = join(folder, 'application.mjs');
      await build({
        entryPoints: [fileURLToPath(new URL('fixtures/bundled-application.ts', import.meta.url))],
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile,
        logLevel: 'silent',
      });
      const { stdout } = await run(process.execPath, [outfile], { cwd: folder, env: {} });
      expect(JSON.parse(stdout)).to.deep.equal([[{ kind: 'book' }, 3]]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
