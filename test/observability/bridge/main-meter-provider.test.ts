import { createRequire } from 'node:module';
import { context, createContextKey, type Meter, ValueType } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  createMainMeterProvider,
  type MainMeterProvider,
  type MainMeterProviderOptions,
} from '../../../packages/observability/src/bridge/main-meter-provider.ts';
import { captureWarnings } from './captured-warnings.ts';
import { pointsOf, sumOf, valueAt, valuesOf } from './collected-points.ts';

const OVERFLOW = { 'otel.metric.overflow': true };

describe('the main meter provider', () => {
  const warnings = captureWarnings();
  let provider: MainMeterProvider;
  let meter: Meter;

  function start(options: MainMeterProviderOptions = {}): void {
    provider = createMainMeterProvider(options);
    meter = provider.getMeter('shop', '1.2.3', { schemaUrl: 'https://example.com/schema' });
  }

  const collect = (): Promise<sdk.ScopeMetrics[]> => provider.collect({ timeoutMs: 20 });

  beforeEach(() => start());

  describe('as any OpenTelemetry provider', () => {
    it('exports counters, up-down counters, gauges and histograms', async () => {
      meter.createCounter('orders', { unit: '{order}', description: 'Orders.' }).add(2, { kind: 'book' });
      meter.createCounter('orders', { unit: '{order}', description: 'Orders.' }).add(3, { kind: 'book' });
      meter.createUpDownCounter('open').add(5);
      meter.createUpDownCounter('open').add(-7);
      meter.createGauge('temperature').record(20.5, { room: 1 });
      meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 2] } }).record(2);

      const collected = await collect();

      expect(collected).to.have.length(1);
      expect(collected[0]?.scope).to.deep.equal({
        name: 'shop',
        version: '1.2.3',
        schemaUrl: 'https://example.com/schema',
      });
      const [orders] = pointsOf(collected, 'orders');
      expect(orders?.value).to.equal(5);
      expect(orders?.attributes).to.deep.equal({ kind: 'book' });
      expect(orders?.metric.descriptor).to.include({ unit: '{order}', description: 'Orders.' });
      expect(orders?.metric.aggregationTemporality).to.equal(sdk.AggregationTemporality.CUMULATIVE);
      expect(valuesOf(collected, 'open')).to.deep.equal([-2]);
      expect(valueAt(collected, 'temperature', { room: 1 })).to.equal(20.5);
      expect(pointsOf(collected, 'size')[0]?.value).to.deep.include({
        count: 1,
        sum: 2,
        min: 2,
        max: 2,
        buckets: { boundaries: [1, 2], counts: [0, 1, 0] },
      });
    });

    it('keeps counting up from one collection to the next', async () => {
      const counter = meter.createCounter('orders');
      counter.add(1);
      await collect();
      counter.add(2);
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([3]);
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([3]);
    });

    it('passes the context of a record on to the SDK', async () => {
      const key = createContextKey('tenant');
      const seen: unknown[] = [];
      class ContextWatchingProvider extends sdk.MeterProvider {
        override getMeter(...scope: Parameters<sdk.MeterProvider['getMeter']>): Meter {
          const real = super.getMeter(...scope);
          const counter = real.createCounter('orders');
          real.createCounter = () => ({
            add(value, attributes, recordContext): void {
              seen.push(recordContext?.getValue(key));
              counter.add(value, attributes, recordContext);
            },
          });
          return real;
        }
      }
      start({ loadSdk: () => ({ ...sdk, MeterProvider: ContextWatchingProvider }) });
      meter.createCounter('orders').add(1, { kind: 'book' }, context.active().setValue(key, 'blue'));
      expect(seen).to.deep.equal(['blue']);
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([1]);
    });

    it('keeps metrics of the same name apart by their scope', async () => {
      provider.getMeter('one').createCounter('orders').add(1);
      provider.getMeter('two').createCounter('orders').add(2);
      provider.getMeter('one', '2').createCounter('orders').add(4);
      const points = pointsOf(await collect(), 'orders').map(({ scope, value }) => [scope, value]);
      expect(points).to.have.deep.members([
        ['one', 1],
        ['two', 2],
        ['one', 4],
      ]);
    });

    it('gives the same meter for the same scope', () => {
      expect(provider.getMeter('shop', '1.2.3', { schemaUrl: 'https://example.com/schema' })).to.equal(meter);
    });

    it('exports the longest description that a metric was given', async () => {
      meter.createCounter('orders', { description: 'Short.' }).add(1);
      meter.createCounter('orders', { description: 'Much longer.' }).add(1);
      meter.createCounter('orders').add(1);
      const [orders] = pointsOf(await collect(), 'orders');
      expect(orders?.metric.descriptor.description).to.equal('Much longer.');
      expect(orders?.value).to.equal(3);
    });

    it('keeps attributes of the same object from one collection to the next', async () => {
      const counter = meter.createCounter('orders');
      counter.add(1, { kind: 'book' });
      const [first] = pointsOf(await collect(), 'orders');
      counter.add(1, { kind: 'book' });
      const [second] = pointsOf(await collect(), 'orders');
      expect(second?.attributes).to.equal(first?.attributes);
    });

    it('does nothing any more after its shutdown', async () => {
      const counter = meter.createCounter('orders');
      counter.add(1);
      provider.shutdown();
      counter.add(1);
      provider.getMeter('late').createCounter('orders').add(1);
      expect(await collect()).to.deep.equal([]);
      expect(provider.isUsed).to.equal(false);
      expect(warnings).to.deep.equal([]);
    });
  });

  describe('with more attribute sets than its limit', () => {
    it('holds the limit over twenty collections with fresh ids, and loses no count', async () => {
      start({ cardinalityLimit: 100 });
      const counter = meter.createCounter('orders');
      const histogram = meter.createHistogram('size');
      for (let collection = 0; collection < 20; collection++) {
        for (let request = 0; request < 50; request++) {
          counter.add(1, { request: `${collection}-${request}` });
          histogram.record(1, { request: `${collection}-${request}` });
        }
        const collected = await collect();
        const recorded = (collection + 1) * 50;
        expect(valuesOf(collected, 'orders')).to.have.length(Math.min(recorded, 101));
        expect(sumOf(collected, 'orders')).to.equal(recorded);
        const sizes = pointsOf(collected, 'size').map(({ value }) => (value as sdk.Histogram).count);
        expect(sizes).to.have.length(Math.min(recorded, 101));
        expect(sizes.reduce((sum, count) => sum + count, 0)).to.equal(recorded);
      }
      expect(valueAt(await collect(), 'orders', OVERFLOW)).to.equal(900);
      expect(warnings.filter((warning) => warning.includes('100 attribute sets'))).to.have.length(1);
    });

    it('admits as many as 2,000 attribute sets between two collections by default', async () => {
      const counter = meter.createCounter('orders');
      for (let request = 0; request < 2_500; request++) {
        counter.add(1, { request });
      }
      const collected = await collect();
      expect(valuesOf(collected, 'orders')).to.have.length(2_001);
      expect(valueAt(collected, 'orders', OVERFLOW)).to.equal(500);
    });

    it('goes on recording into the series that it has admitted', async () => {
      start({ cardinalityLimit: 1 });
      const counter = meter.createCounter('orders');
      counter.add(1, { kind: 'book' });
      counter.add(1, { kind: 'pen' });
      counter.add(1, { kind: 'book' });
      const collected = await collect();
      expect(valueAt(collected, 'orders', { kind: 'book' })).to.equal(2);
      expect(valueAt(collected, 'orders', OVERFLOW)).to.equal(1);
    });

    it('shares one limit between instruments of the same name', async () => {
      start({ cardinalityLimit: 2 });
      for (let request = 0; request < 10; request++) {
        meter.createCounter('orders').add(1, { request });
      }
      const collected = await collect();
      expect(valuesOf(collected, 'orders')).to.have.length(3);
      expect(sumOf(collected, 'orders')).to.equal(10);
    });

    it('puts what is recorded with the overflow attribute by hand into the same series', async () => {
      start({ cardinalityLimit: 1 });
      const counter = meter.createCounter('orders');
      counter.add(1, { kind: 'book' });
      counter.add(1, OVERFLOW);
      counter.add(1, { kind: 'pen' });
      expect(valuesOf(await collect(), 'orders')).to.have.members([1, 2]);
    });

    it('limits the series of all instruments together', async () => {
      start({ seriesLimit: 10 });
      for (let metric = 0; metric < 5; metric++) {
        for (let request = 0; request < 5; request++) {
          meter.createCounter(`orders.${metric}`).add(1, { request });
        }
      }
      const points = pointsOf(await collect());
      expect(points.filter(({ attributes }) => !('otel.metric.overflow' in attributes))).to.have.length(10);
      expect(points.reduce((sum, { value }) => sum + (value as number), 0)).to.equal(25);
    });

    it('hands out instruments that do nothing beyond the limit of instruments, with one warning', async () => {
      start({ instrumentLimit: 2 });
      for (let metric = 0; metric < 10; metric++) {
        meter.createCounter(`orders.${metric}`).add(1);
        meter.createObservableGauge(`queue.${metric}`).addCallback((result) => result.observe(1));
      }
      expect(pointsOf(await collect())).to.have.length(2);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.equal('inferometer: there are 2 instruments already; "orders.1" is not exported');
    });

    it('hands out meters that do nothing beyond 1,000 scopes', async () => {
      for (let scope = 0; scope < 1_100; scope++) {
        provider.getMeter(`scope.${scope}`).createCounter('orders').add(1);
      }
      expect(await collect()).to.have.length(999);
    });
  });

  describe('given hostile attributes', () => {
    const throwing = {
      get kind(): string {
        throw new Error('no');
      },
      room: 1,
    };
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const hostile: readonly [string, unknown, object][] = [
      ['a getter that throws', throwing, { room: 1 }],
      ['a symbol and a function', { room: 1, tag: Symbol('x'), call: () => 1 }, { room: 1 }],
      ['null and undefined', { room: 1, a: null, b: undefined }, { room: 1 }],
      ['no object', 'text', {}],
      ['null instead of attributes', null, {}],
      ['numbers that are not finite', { a: Number.NaN, b: Number.POSITIVE_INFINITY }, { a: 'NaN', b: 'Infinity' }],
      ['a bigint', { id: 12n }, { id: '12' }],
      ['a text that is too long', { text: 'x'.repeat(100_000) }, { text: 'x'.repeat(256) }],
      ['a text cut within a pair of surrogates', { text: `${'x'.repeat(255)}😀` }, { text: 'x'.repeat(255) }],
      ['lone surrogates', { ['\ud800']: '\udc00' }, { '\ufffd': '\ufffd' }],
      ['a list', { list: ['a', 1, null, Symbol('x')] }, { list: ['a', 1, null, null] }],
      ['a map', { map: { b: 1, a: [true] } }, { map: { a: [true], b: 1 } }],
      ['a class instance', { room: 1, at: new Date(0) }, { room: 1 }],
      ['bytes', { room: 1, bytes: new Uint8Array(3) }, { room: 1 }],
      [
        'a proxy that throws',
        new Proxy({}, { ownKeys: () => { throw new Error('no'); } }), // prettier-ignore
        {},
      ],
    ];

    for (const [title, attributes, expected] of hostile) {
      it(`records with ${title}`, async () => {
        meter.createCounter('orders').add(1, attributes as never);
        const [point, ...others] = pointsOf(await collect(), 'orders');
        expect(others).to.deep.equal([]);
        expect(point?.value).to.equal(1);
        expect(point?.attributes).to.deep.equal(expected);
      });
    }

    it('bounds a circular map', async () => {
      meter.createCounter('orders').add(1, circular);
      const text = JSON.stringify(pointsOf(await collect(), 'orders')[0]?.attributes);
      expect(text).to.have.length.below(500);
    });

    it('bounds the number of attributes, of list elements and the length of names', async () => {
      const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${index}`.repeat(500), index]));
      meter.createCounter('orders').add(1, { ...many, list: Array.from({ length: 100_000 }, () => 'x') });
      const [point] = pointsOf(await collect(), 'orders');
      const names = Object.keys(point?.attributes ?? {});
      expect(names).to.have.length.within(1, 128);
      expect(Math.max(...names.map((name) => name.length))).to.be.at.most(256);
    });

    it('keeps an attribute called __proto__ as an attribute', async () => {
      meter.createCounter('orders').add(1, JSON.parse('{"__proto__": "x", "constructor": "y"}'));
      const [point] = pointsOf(await collect(), 'orders');
      expect(Object.entries(point?.attributes ?? {})).to.have.deep.members([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]);
      expect(Object.getPrototypeOf(point?.attributes)).to.equal(Object.prototype);
    });

    it('takes attributes in any order for the same, and values of different types for different', async () => {
      const counter = meter.createCounter('orders');
      counter.add(1, { a: 'x', b: 'y' });
      counter.add(1, { b: 'y', a: 'x' });
      counter.add(1, { a: 1 });
      counter.add(1, { a: '1' });
      counter.add(1, { a: true });
      counter.add(1, { a: 'true' });
      counter.add(1, { a: 'x1sb1:y' });
      expect(valuesOf(await collect(), 'orders')).to.have.members([2, 1, 1, 1, 1, 1]);
    });

    it('never throws and never loses a count, whatever the attributes are', async () => {
      const counter = meter.createCounter('orders');
      let recorded = 0;
      const property = fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (attributes) => {
        counter.add(1, attributes as never);
        recorded++;
      });
      fc.assert(property, { numRuns: 500, seed: 1 });
      const collected = await collect();
      expect(sumOf(collected, 'orders')).to.equal(recorded);
      expect(() => structuredClone(collected.flatMap(({ metrics }) => metrics))).not.to.throw();
    });
  });

  describe('given bad values', () => {
    it('drops them alone, counts them, and warns once a minute', async () => {
      let nowMs = 0;
      const dropped: [string, string][] = [];
      start({ clock: () => nowMs, onDroppedValue: (metric, cause) => dropped.push([metric, cause]) });
      const counter = meter.createCounter('orders');
      const bad: unknown[] = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -1,
        '1',
        undefined,
        { valueOf: () => 1 },
        Symbol('x'),
      ];
      for (const value of bad) {
        counter.add(value as number, { kind: 'book' });
      }
      counter.add(4, { kind: 'book' });
      meter.createHistogram('size').record(-1);
      meter.createHistogram('size').record(Number.NaN);
      meter.createUpDownCounter('open').add(Number.NaN);
      expect(dropped.map(([metric, cause]) => `${metric} ${cause}`)).to.deep.equal([
        'orders not_finite',
        'orders not_finite',
        'orders negative',
        'orders not_a_number',
        'orders not_a_number',
        'orders not_a_number',
        'orders not_a_number',
        'size negative',
        'size not_finite',
        'open not_finite',
      ]);
      expect(pointsOf(await collect()).map(({ value }) => value)).to.deep.equal([4]);
      expect(warnings).to.deep.equal([
        'inferometer: a value of metric "orders" was dropped: NaN would spoil the sum for ever',
      ]);
      nowMs = 60_001;
      counter.add(-2);
      expect(warnings[1]).to.equal('inferometer: a value of metric "orders" was dropped: -2 is negative');
    });

    it('lets a gauge be any number', async () => {
      meter.createGauge('ratio').record(Number.NaN);
      expect(valuesOf(await collect(), 'ratio')).to.deep.equal([Number.NaN]);
    });

    it('cuts fractions off where integers were promised', async () => {
      const counter = meter.createCounter('orders', { valueType: ValueType.INT });
      counter.add(1.9);
      counter.add(1.9);
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([2]);
      expect(warnings).to.have.length(1);
    });

    it('sorts bucket boundaries, takes doubles once, and uses the default ones instead of nonsense', async () => {
      const boundaries = (explicitBucketBoundaries: unknown): object => ({ advice: { explicitBucketBoundaries } });
      meter.createHistogram('sorted', boundaries([5, 1, 5, 1])).record(3);
      meter.createHistogram('nonsense', boundaries(['a'])).record(3);
      meter.createHistogram('text', boundaries('1,2')).record(3);
      meter.createHistogram('none', boundaries([])).record(3);
      const collected = await collect();
      const found = (name: string): number[] => {
        const [point] = pointsOf(collected, name);
        return (point!.value as sdk.Histogram).buckets.boundaries;
      };
      expect(found('sorted')).to.deep.equal([1, 5]);
      expect(found('nonsense')).to.have.length(15);
      expect(found('text')).to.have.length(15);
      expect(found('none')).to.deep.equal([]);
    });

    it('survives names, versions and options of any type', async () => {
      const strange = provider.getMeter(Symbol('x') as never, 7 as never, null as never);
      const names: unknown[] = [Symbol('x'), undefined, 7, '', 'x'.repeat(256), {}];
      for (const name of names) {
        strange.createCounter(name as string).add(1);
        strange.createObservableGauge(name as string).addCallback(() => undefined);
      }
      strange.createCounter('orders', null as never).add(1);
      strange.createCounter('opened', { unit: 7, description: Symbol('x'), valueType: 'INT' } as never).add(1);
      strange.createCounter('trapped', new Proxy({}, { get: () => { throw new Error('no'); } })).add(1); // prettier-ignore
      expect(pointsOf(await collect()).map(({ metric, value }) => [metric.descriptor.name, value])).to.deep.equal([
        ['orders', 1],
        ['opened', 1],
        ['trapped', 1],
      ]);
    });
  });

  describe('loading the SDK', () => {
    it('waits for the first meter', async () => {
      let loads = 0;
      const lazy = createMainMeterProvider({
        loadSdk: () => {
          loads++;
          return sdk;
        },
      });
      expect(await lazy.collect({ timeoutMs: 20 })).to.deep.equal([]);
      expect([loads, lazy.isUsed]).to.deep.equal([0, false]);
      lazy.getMeter('one');
      lazy.getMeter('two');
      expect([loads, lazy.isUsed]).to.deep.equal([1, true]);
    });

    it('keeps what is recorded while a bundle loads it', async () => {
      const loading = Promise.withResolvers<typeof sdk>();
      start({ loadSdk: () => loading.promise });
      const counter = meter.createCounter('orders');
      const gauge = meter.createObservableGauge('queue');
      const removed = meter.createObservableGauge('removed');
      const observeOne = (result: { observe(value: number): void }): void => result.observe(1);
      counter.add(1, { kind: 'book' });
      gauge.addCallback(observeOne);
      removed.addCallback(observeOne);
      removed.removeCallback(observeOne);
      meter.addBatchObservableCallback((result) => result.observe(gauge, 2, { batch: true }), [gauge]);
      expect(await collect()).to.deep.equal([]);

      loading.resolve(sdk);
      await loading.promise;
      counter.add(2, { kind: 'book' });

      const collected = await collect();
      expect(valuesOf(collected, 'orders')).to.deep.equal([3]);
      expect(valuesOf(collected, 'queue')).to.have.members([1, 2]);
      expect(valuesOf(collected, 'removed')).to.deep.equal([]);
    });

    it('drops and counts records beyond 10,000 while it loads', async () => {
      const loading = Promise.withResolvers<typeof sdk>();
      let dropped = 0;
      start({ loadSdk: () => loading.promise, onDroppedValue: () => dropped++ });
      const counter = meter.createCounter('orders');
      for (let request = 0; request < 10_010; request++) {
        counter.add(1);
      }
      loading.resolve(sdk);
      await loading.promise;
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([10_000]);
      expect(dropped).to.equal(10);
    });

    it('goes on without it, with one warning, where it cannot be had', async () => {
      for (const loadSdk of [
        (): never => {
          throw new Error('not here');
        },
        () => Promise.reject(new Error('not here')),
      ]) {
        warnings.length = 0;
        start({ loadSdk });
        const counter = meter.createCounter('orders');
        await Promise.resolve();
        await Promise.resolve();
        counter.add(1);
        meter.createObservableGauge('queue').addCallback(() => undefined);
        expect(await collect()).to.deep.equal([]);
        expect(warnings[0]).to.match(/sdk-metrics cannot be loaded.*not here/);
      }
    });

    it('finds it through require by default', async () => {
      const required = createRequire(import.meta.url)('@opentelemetry/sdk-metrics') as typeof sdk;
      expect(required.MeterProvider).not.to.equal(undefined);
      meter.createCounter('orders').add(1);
      // Synchronously there: no turn of the event loop between the first meter and this collection.
      expect(valuesOf(await collect(), 'orders')).to.deep.equal([1]);
    });
  });
});
