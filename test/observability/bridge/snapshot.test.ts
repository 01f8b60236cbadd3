import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  type MetricData,
  type MetricDescriptor,
  MeterProvider,
  MetricReader,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { BridgeSnapshot } from '../../../packages/observability/src/bridge/metric-snapshot.ts';
import { createSnapshotDecoder } from '../../../packages/observability/src/bridge/snapshot-decoder.ts';
import {
  createSnapshotEncoder,
  type SnapshotEncoder,
} from '../../../packages/observability/src/bridge/snapshot-encoder.ts';

/** As `postMessage` does it: everything is copied, but the numbers, which are shared. */
function send(snapshot: BridgeSnapshot): BridgeSnapshot {
  return structuredClone(snapshot);
}

function encode(encoder: SnapshotEncoder, scopeMetrics: readonly ScopeMetrics[], reset = false): BridgeSnapshot {
  return send(encoder.encode(scopeMetrics, { reset }));
}

const NOW: HrTime = [1_790_000_000, 500];

function counter(descriptor: MetricDescriptor, values: ReadonlyMap<Attributes, number>): MetricData {
  return {
    descriptor,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: [...values].map(([attributes, value]) => ({ attributes, startTime: NOW, endTime: NOW, value })),
  };
}

const ORDERS: MetricDescriptor = { name: 'orders', description: 'Orders.', unit: '{order}', valueType: 1 };
const BOOKS: Attributes = { kind: 'book' };
const PENS: Attributes = { kind: 'pen' };

describe('a bridge snapshot', () => {
  it('of nothing takes no shared memory, and is followed by one of something', () => {
    const [encoder, decoder] = [createSnapshotEncoder(), createSnapshotDecoder()];
    const nothing = encoder.encode([], { reset: false });
    expect(nothing.numbers.buffer).not.to.be.instanceOf(SharedArrayBuffer);
    expect(decoder.decode(send(nothing))).to.deep.equal([]);
    const something = [{ scope: { name: 'shop' }, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }];
    expect(decoder.decode(encode(encoder, something))).to.deep.equal(something);
    expect(decoder.decode(encode(encoder, []))).to.deep.equal([]);
  });

  it('carries each definition once', () => {
    const encoder = createSnapshotEncoder();
    const scope = { name: 'shop' };
    const first = encode(encoder, [{ scope, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }]);
    const both = new Map([
      [BOOKS, 2],
      [PENS, 1],
    ]);
    const second = encode(encoder, [{ scope, metrics: [counter(ORDERS, both)] }]);
    expect([first.isFull, second.isFull]).to.deep.equal([true, false]);
    expect(first.attributes.added).to.deep.equal([BOOKS]);
    expect(second.attributes.added).to.deep.equal([PENS]);
    expect(second.scopes.added).to.deep.equal([]);
    expect(second.metrics.added).to.deep.equal([]);
  });

  it('gives the same objects for the same attributes, descriptor and scope each time', () => {
    const encoder = createSnapshotEncoder();
    const decoder = createSnapshotDecoder();
    const scope = { name: 'shop' };
    const [one, other] = [1, 2].map((value) =>
      decoder.decode(encode(encoder, [{ scope, metrics: [counter(ORDERS, new Map([[BOOKS, value]]))] }])),
    );
    expect(other?.[0]?.scope).to.equal(one?.[0]?.scope);
    expect(other?.[0]?.metrics[0]?.descriptor).to.equal(one?.[0]?.metrics[0]?.descriptor);
    expect(other?.[0]?.metrics[0]?.dataPoints[0]?.attributes).to.equal(one?.[0]?.metrics[0]?.dataPoints[0]?.attributes);
    expect(other?.[0]?.metrics[0]?.dataPoints[0]?.value).to.equal(2);
  });

  it('takes the definitions of series back that have vanished', () => {
    const encoder = createSnapshotEncoder();
    const scope = { name: 'shop' };
    encode(encoder, [{ scope, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }]);
    const second = encode(encoder, []);
    expect(second.attributes.removed).to.deep.equal([0]);
    expect(second.metrics.removed).to.deep.equal([0]);
    expect(second.scopes.removed).to.deep.equal([0]);
    const third = encode(encoder, [{ scope, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }]);
    expect(third.attributes).to.deep.equal({ firstId: 1, added: [BOOKS], removed: [] });
  });

  it('defines a metric anew when its description changes', () => {
    const encoder = createSnapshotEncoder();
    const decoder = createSnapshotDecoder();
    const scope = { name: 'shop' };
    const values = new Map([[BOOKS, 1]]);
    decoder.decode(encode(encoder, [{ scope, metrics: [counter(ORDERS, values)] }]));
    const longer = { ...ORDERS, description: 'All orders.' };
    const decoded = decoder.decode(encode(encoder, [{ scope, metrics: [counter(longer, values)] }]));
    expect(decoded?.[0]?.metrics[0]?.descriptor).to.deep.equal(longer);
  });

  it('is complete again after a reset, for a new decoder', () => {
    const encoder = createSnapshotEncoder();
    const scopeMetrics = [{ scope: { name: 'shop' }, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }];
    encode(encoder, scopeMetrics);
    encode(encoder, scopeMetrics);
    expect(createSnapshotDecoder().decode(encode(encoder, scopeMetrics, true))).to.deep.equal(scopeMetrics);
  });

  it('is not understood when one before it was missed, until a full one comes', () => {
    const encoder = createSnapshotEncoder();
    const decoder = createSnapshotDecoder();
    const scopeMetrics = [{ scope: { name: 'shop' }, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }];
    decoder.decode(encode(encoder, scopeMetrics));
    encode(encoder, scopeMetrics);
    expect(decoder.decode(encode(encoder, scopeMetrics))).to.equal(undefined);
    expect(decoder.decode(encode(encoder, scopeMetrics))).to.equal(undefined);
    expect(decoder.decode(encode(encoder, scopeMetrics, true))).to.deep.equal(scopeMetrics);
    expect(decoder.decode(encode(encoder, scopeMetrics))).to.deep.equal(scopeMetrics);
  });

  it('is refused when it is broken, and so is the one after it', () => {
    const encoder = createSnapshotEncoder();
    const decoder = createSnapshotDecoder();
    const scopeMetrics = [{ scope: { name: 'shop' }, metrics: [counter(ORDERS, new Map([[BOOKS, 1]]))] }];
    const whole = encode(encoder, scopeMetrics);
    for (let length = 1; length < whole.numbers.length; length++) {
      const numbers = whole.numbers.slice(0, length);
      expect(() => decoder.decode({ ...whole, numbers }), `${length} numbers`).to.throw(RangeError);
    }
    const endless = Float64Array.of(0, Number.POSITIVE_INFINITY);
    expect(() => decoder.decode({ ...whole, numbers: endless })).to.throw(RangeError);
    expect(() => decoder.decode({ ...whole, numbers: Float64Array.of(7, 0) })).to.throw(RangeError);
    expect(decoder.decode(encode(encoder, scopeMetrics))).to.equal(undefined);
  });

  it('is next to nothing when there is nothing', () => {
    const snapshot = createSnapshotEncoder().encode([], { reset: false });
    expect(snapshot.numbers).to.have.length(0);
    expect(createSnapshotDecoder().decode(send(snapshot))).to.deep.equal([]);
  });

  it('carries what the SDK makes of its instruments, exponential histograms included', async () => {
    class PullReader extends MetricReader {
      protected override async onShutdown(): Promise<void> {}
      protected override async onForceFlush(): Promise<void> {}
    }
    const reader = new PullReader();
    const provider = new MeterProvider({
      readers: [reader],
      views: [
        {
          instrumentName: 'exponential*',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
        },
      ],
    });
    const meter = provider.getMeter('shop', '1', { schemaUrl: 'https://example.com/schema' });
    for (const value of [0, 0.001, 1, 7, 7e9]) {
      meter.createHistogram('exponential').record(value);
      meter.createUpDownCounter('exponential.signed').add(-value);
      meter.createHistogram('explicit', { advice: { explicitBucketBoundaries: [1, 5] } }).record(value, { kind: 'a' });
      meter.createCounter('counter').add(value);
      meter.createGauge('gauge').record(-value);
    }
    const { scopeMetrics } = (await reader.collect()).resourceMetrics;
    const decoded = createSnapshotDecoder().decode(encode(createSnapshotEncoder(), scopeMetrics));
    expect(decoded).to.deep.equal(withPublicDescriptors(scopeMetrics));
    expect(decoded?.[0]?.metrics.map(({ dataPointType }) => dataPointType)).to.include(
      DataPointType.EXPONENTIAL_HISTOGRAM,
    );
  });

  it('decodes to what was encoded, over collections in which series appear and vanish', () => {
    fc.assert(
      fc.property(fc.array(arbitraryCollection, { minLength: 1, maxLength: 8 }), (collections) => {
        const encoder = createSnapshotEncoder();
        let decoder = createSnapshotDecoder();
        let previous = new Map<object, object>();
        for (const { restarts, scopeMetrics } of collections) {
          if (restarts) {
            decoder = createSnapshotDecoder();
            previous = new Map();
          }
          const decoded = decoder.decode(encode(encoder, scopeMetrics, restarts)) ?? [];
          expect(decoded).to.deep.equal(scopeMetrics);
          const current = counterparts(scopeMetrics, decoded);
          for (const [sent, received] of current) {
            const before = previous.get(sent);
            if (before !== undefined) {
              expect(received).to.equal(before);
            }
          }
          previous = current;
        }
      }),
      { numRuns: 200, seed: 20_261_101 },
    );
  });
});

/** The SDK's descriptors have more than their interface says. */
function withPublicDescriptors(scopeMetrics: readonly ScopeMetrics[]): ScopeMetrics[] {
  return scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((metric) => {
      const { name, description, unit, valueType } = metric.descriptor;
      return { ...metric, descriptor: { name, description, unit, valueType } };
    }),
  }));
}

/** Which received object stands for which sent one: scopes, attributes and bucket boundaries. */
function counterparts(sent: readonly ScopeMetrics[], received: readonly ScopeMetrics[]): Map<object, object> {
  const pairs = new Map<object, object>();
  for (const [scopeIndex, { scope, metrics }] of sent.entries()) {
    pairs.set(scope, received[scopeIndex]!.scope);
    for (const [metricIndex, metric] of metrics.entries()) {
      const other = received[scopeIndex]!.metrics[metricIndex]!;
      for (const [pointIndex, { attributes, value }] of metric.dataPoints.entries()) {
        const otherPoint = other.dataPoints[pointIndex]!;
        pairs.set(attributes, otherPoint.attributes);
        if (typeof value === 'object' && 'buckets' in value) {
          pairs.set(value.buckets.boundaries, (otherPoint.value as typeof value).buckets.boundaries);
        }
      }
    }
  }
  return pairs;
}

/** What keeps its identity comes from small pools, so that it vanishes and comes back. */
const SCOPES = [{ name: 'shop' }, { name: 'shop', version: '2' }, { name: '', schemaUrl: 'https://example.com' }];
const DESCRIPTORS: MetricDescriptor[] = ['a', 'b', 'c', 'd'].map((name) => Object.assign({}, ORDERS, { name }));
const ATTRIBUTES: Attributes[] = [
  {},
  { a: 1 },
  { a: '1' },
  { a: 1, b: true },
  { list: ['x', null] },
  { '\ufffd': 'é😀' },
];
const BOUNDARIES: number[][] = [[], [0], [1, 2, 5], [-1, 0.1, 1e300]];

const arbitraryTime: fc.Arbitrary<HrTime> = fc.tuple(fc.nat(2 ** 40), fc.nat(999_999_999));
const arbitraryCounts = fc.array(fc.nat(), { maxLength: 6 });
const arbitraryStatistics = {
  count: fc.nat(),
  sum: fc.option(fc.double(), { nil: undefined }),
  min: fc.option(fc.double(), { nil: undefined }),
  max: fc.option(fc.double(), { nil: undefined }),
};

function arbitraryPoints<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<object[]> {
  return fc.array(
    fc.record({
      attributes: fc.constantFrom(...ATTRIBUTES),
      startTime: arbitraryTime,
      endTime: fc.oneof(fc.constant(NOW), arbitraryTime),
      value,
    }),
    { maxLength: 5 },
  );
}

const arbitraryBase = {
  descriptor: fc.constantFrom(...DESCRIPTORS),
  aggregationTemporality: fc.constantFrom(AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA),
};

const arbitraryMetric = fc.oneof(
  fc.record({
    ...arbitraryBase,
    dataPointType: fc.constant(DataPointType.SUM),
    dataPoints: arbitraryPoints(fc.double()),
    isMonotonic: fc.boolean(),
  }),
  fc.record({
    ...arbitraryBase,
    dataPointType: fc.constant(DataPointType.GAUGE),
    dataPoints: arbitraryPoints(fc.double()),
  }),
  fc.record({
    ...arbitraryBase,
    dataPointType: fc.constant(DataPointType.HISTOGRAM),
    dataPoints: arbitraryPoints(
      fc.record({
        ...arbitraryStatistics,
        buckets: fc.record({ boundaries: fc.constantFrom(...BOUNDARIES), counts: arbitraryCounts }),
      }),
    ),
  }),
  fc.record({
    ...arbitraryBase,
    dataPointType: fc.constant(DataPointType.EXPONENTIAL_HISTOGRAM),
    dataPoints: arbitraryPoints(
      fc.record({
        ...arbitraryStatistics,
        scale: fc.integer({ min: -10, max: 20 }),
        zeroCount: fc.nat(),
        positive: fc.record({ offset: fc.integer(), bucketCounts: arbitraryCounts }),
        negative: fc.record({ offset: fc.integer(), bucketCounts: arbitraryCounts }),
      }),
    ),
  }),
) as unknown as fc.Arbitrary<MetricData>;

const arbitraryCollection = fc.record({
  restarts: fc.boolean(),
  scopeMetrics: fc.array(
    fc.record({ scope: fc.constantFrom(...SCOPES), metrics: fc.array(arbitraryMetric, { maxLength: 4 }) }),
    { maxLength: 3 },
  ),
});
