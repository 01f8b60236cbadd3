import type { Attributes, HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  MeterProvider,
  type MetricData,
  MetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fastCheck from 'fast-check';
import {
  createCumulativeToDelta,
  type CumulativeToDeltaOptions,
} from '../../../packages/observability/src/observer/otlp/cumulative-to-delta.ts';
import { histogram } from '../../support/metric-data.ts';

const { CUMULATIVE, DELTA } = AggregationTemporality;

interface Sample {
  readonly value: unknown;
  readonly attributes?: Attributes;
  readonly startTime?: HrTime;
}

type Kind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram' | 'exponentialHistogram';

const dataPointTypes = {
  counter: DataPointType.SUM,
  upDownCounter: DataPointType.SUM,
  gauge: DataPointType.GAUGE,
  histogram: DataPointType.HISTOGRAM,
  exponentialHistogram: DataPointType.EXPONENTIAL_HISTOGRAM,
};

const noAttributes: Attributes = {};

/** A destination that takes or refuses, behind the stage; time goes on by a second from export to export. */
class Destination {
  readonly sent: ResourceMetrics[] = [];
  readonly messages: string[] = [];
  accepts = true;
  readonly stage: PushMetricExporter;
  #seconds = 100;

  constructor(options: Omit<CumulativeToDeltaOptions, 'log'> = {}) {
    const inner: PushMetricExporter = {
      export: (metrics, callback) => {
        if (this.accepts) {
          this.sent.push(metrics);
        }
        callback(this.accepts ? { code: 0 } : { code: 1, error: new Error('refused') });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const log = {
      report: (_cause: string, message: string): boolean => this.messages.push(message) > 0,
      recovered: (): void => undefined,
    };
    this.stage = createCumulativeToDelta(inner, { ...options, log });
  }

  /** What arrives of one metric with these series. */
  export(kind: Kind, samples: readonly Sample[], name = 'metric'): MetricData | undefined {
    return this.exportAll([this.metric(kind, samples, name)]);
  }

  metric(kind: Kind, samples: readonly Sample[], name = 'metric'): MetricData {
    const dataPoints = samples.map(({ value, attributes = noAttributes, startTime = [50, 0] }) => ({
      value,
      attributes,
      startTime,
      endTime: [this.#seconds, 0],
    }));
    return {
      descriptor: { name, description: '', unit: '', valueType: 1 },
      aggregationTemporality: CUMULATIVE,
      dataPointType: dataPointTypes[kind],
      ...(kind === 'counter' || kind === 'upDownCounter' ? { isMonotonic: kind === 'counter' } : {}),
      dataPoints,
    } as unknown as MetricData;
  }

  exportAll(metrics: MetricData[]): MetricData | undefined {
    const before = this.sent.length;
    this.stage.export(
      { resource: emptyResource(), scopeMetrics: [{ scope: { name: 'scope' }, metrics }] },
      () => undefined,
    );
    this.#seconds += 1;
    return this.sent[before]?.scopeMetrics[0]?.metrics[0];
  }
}

function values(metric: MetricData | undefined): unknown[] {
  return (metric?.dataPoints ?? []).map((point: DataPoint<unknown>) => point.value);
}

function times(metric: MetricData | undefined): [HrTime, HrTime][] {
  return (metric?.dataPoints ?? []).map((point: DataPoint<unknown>) => [point.startTime, point.endTime]);
}

describe('cumulative to delta', () => {
  it('sends what was added since the last export, without a gap in time', () => {
    const destination = new Destination();
    const metrics = [5, 7, 7, 12].map((value) => destination.export('counter', [{ value }]));

    expect(metrics.map((metric) => metric?.aggregationTemporality)).to.deep.equal([DELTA, DELTA, DELTA, DELTA]);
    expect(metrics.flatMap(values)).to.deep.equal([5, 2, 0, 5]);
    expect(metrics.flatMap(times)).to.deep.equal([
      [
        [50, 0],
        [100, 0],
      ],
      [
        [100, 0],
        [101, 0],
      ],
      [
        [101, 0],
        [102, 0],
      ],
      [
        [102, 0],
        [103, 0],
      ],
    ]);
  });

  it('carries what an outage held back in the first export that arrives', () => {
    const destination = new Destination();
    destination.export('counter', [{ value: 5 }]);
    destination.accepts = false;
    destination.export('counter', [{ value: 8 }]);
    destination.export('counter', [{ value: 9 }]);
    destination.accepts = true;
    const metric = destination.export('counter', [{ value: 10 }]);

    expect(values(metric)).to.deep.equal([5]);
    expect(times(metric)).to.deep.equal([
      [
        [100, 0],
        [103, 0],
      ],
    ]);
  });

  it('sends the full value of a series whose value went down', () => {
    const destination = new Destination();
    destination.export('counter', [{ value: 5 }]);
    const metric = destination.export('counter', [{ value: 3 }]);

    expect(values(metric)).to.deep.equal([3]);
    expect(times(metric)).to.deep.equal([
      [
        [100, 0],
        [101, 0],
      ],
    ]);
  });

  it('sends the full value of a series that was started anew, though it is higher', () => {
    const destination = new Destination();
    destination.export('counter', [{ value: 5 }]);
    const metric = destination.export('counter', [{ value: 8, startTime: [100, 500] }]);

    expect(values(metric)).to.deep.equal([8]);
    expect(times(metric)).to.deep.equal([
      [
        [100, 500],
        [101, 0],
      ],
    ]);
  });

  it('begins with the first value of a series whose start time is unknown', () => {
    const destination = new Destination();
    const unknown = (value: number): Sample => ({ value, startTime: [0, 0] });
    expect(destination.export('counter', [unknown(5000)])).to.equal(undefined);
    expect(values(destination.export('counter', [unknown(5007)]))).to.deep.equal([7]);
    expect(values(destination.export('counter', [unknown(5007)]))).to.deep.equal([0]);
  });

  it('tells series apart by attributes, in whatever order these come', () => {
    const destination = new Destination();
    destination.export('counter', [
      { value: 1, attributes: { a: 'x', b: 'y' } },
      { value: 10, attributes: { a: 'y', b: 'x' } },
    ]);
    const metric = destination.export('counter', [
      { value: 12, attributes: { b: 'x', a: 'y' } },
      { value: 4, attributes: { b: 'y', a: 'x' } },
    ]);

    expect(values(metric)).to.deep.equal([2, 3]);
  });

  it('tells metrics apart by name and kind', () => {
    const destination = new Destination();
    const samples = (value: number): MetricData[] => [
      destination.metric('counter', [{ value }], 'a'),
      destination.metric('counter', [{ value: value * 10 }], 'b'),
      destination.metric('histogram', [{ value: histogram([1], [value, value]) }], 'a'),
    ];
    destination.exportAll(samples(1));
    destination.exportAll(samples(3));

    const sent = destination.sent[1]?.scopeMetrics[0]?.metrics ?? [];
    expect(sent.slice(0, 2).flatMap(values)).to.deep.equal([2, 20]);
    expect(values(sent[2])).to.deep.equal([{ buckets: { boundaries: [1], counts: [2, 2] }, count: 4 }]);
  });

  it('keeps two producers that tell the same series apart', () => {
    const destination = new Destination();
    destination.export('counter', [{ value: 1 }, { value: 100 }]);
    const metric = destination.export('counter', [{ value: 3 }, { value: 105 }]);

    expect(values(metric)).to.deep.equal([2, 5]);
  });

  it('leaves gauges, up-down counters and what is delta already as they are', () => {
    const destination = new Destination();
    const delta: MetricData = {
      ...destination.metric('counter', [{ value: 5 }], 'delta'),
      aggregationTemporality: DELTA,
    };
    const metrics = [
      destination.metric('gauge', [{ value: 5 }]),
      destination.metric('upDownCounter', [{ value: 5 }]),
      delta,
    ];
    destination.exportAll(metrics);
    destination.exportAll(metrics);

    expect(destination.sent[1]?.scopeMetrics[0]?.metrics).to.deep.equal(metrics);
  });

  it('subtracts the counts and the sum of histograms, and drops extremes that are of all time', () => {
    const destination = new Destination();
    const first: Histogram = { ...histogram([1, 2], [1, 0, 2], 12), min: 0.5, max: 9 };
    const second: Histogram = { ...histogram([1, 2], [1, 3, 2], 16.5), min: 0.5, max: 9 };

    expect(values(destination.export('histogram', [{ value: first }]))).to.deep.equal([first]);
    expect(values(destination.export('histogram', [{ value: second }]))).to.deep.equal([
      histogram([1, 2], [0, 3, 0], 4.5),
    ]);
  });

  it('takes a histogram for a new one when a bucket went down or its bounds are others', () => {
    const destination = new Destination();
    const steps = [
      histogram([1, 2], [5, 0, 0], 1),
      histogram([1, 2], [4, 9, 0], 1),
      histogram([1, 3], [4, 9, 0], 1),
      histogram([1], [4, 9], 1),
    ];

    const sent = steps.flatMap((value) => values(destination.export('histogram', [{ value }])));
    expect(sent).to.deep.equal(steps);
  });

  it('is not misled by a producer that counts on in the same arrays', () => {
    const destination = new Destination();
    const value = histogram([1], [1, 0], 1);
    destination.export('histogram', [{ value }]);
    value.buckets.counts[1] = 4;
    value.count = 5;
    value.sum = 9;

    expect(values(destination.export('histogram', [{ value }]))).to.deep.equal([histogram([1], [0, 4], 8)]);
  });

  it('subtracts exponential histograms that became coarser', () => {
    const destination = new Destination();
    const empty = { offset: 0, bucketCounts: [] };
    // Scale 1 has bounds at powers of the square root of 2, scale 0 at powers of 2: buckets 1 and 2 become 0 and 1.
    const first: ExponentialHistogram = {
      count: 4,
      sum: 9,
      scale: 1,
      zeroCount: 1,
      positive: { offset: 1, bucketCounts: [1, 2] },
      negative: empty,
    };
    const second: ExponentialHistogram = {
      count: 9,
      sum: 20,
      scale: 0,
      zeroCount: 2,
      positive: { offset: -1, bucketCounts: [1, 2, 4] },
      negative: empty,
    };
    destination.export('exponentialHistogram', [{ value: first }]);

    expect(values(destination.export('exponentialHistogram', [{ value: second }]))).to.deep.equal([
      { count: 5, sum: 11, scale: 0, zeroCount: 1, positive: { offset: -1, bucketCounts: [1, 1, 2] }, negative: empty },
    ]);
    expect(values(destination.export('exponentialHistogram', [{ value: first }]))).to.deep.equal([first]);
  });

  it("adds up to the SDK's own exponential histograms", async () => {
    await fastCheck.assert(
      fastCheck.asyncProperty(
        fastCheck.array(fastCheck.array(fastCheck.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 30 }), {
          minLength: 1,
          maxLength: 6,
        }),
        async (phases) => {
          const destination = new Destination();
          const reader = new CollectingReader();
          const view = {
            instrumentName: '*',
            aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 8 } } as const,
          };
          const instrument = new MeterProvider({ readers: [reader], views: [view] }).getMeter('m').createHistogram('h');
          let cumulative: ExponentialHistogram | undefined;
          for (const phase of phases) {
            for (const value of phase) {
              instrument.record(value);
            }
            const { resourceMetrics } = await reader.collect();
            destination.stage.export(resourceMetrics, () => undefined);
            cumulative = pointsOf(resourceMetrics)[0]?.value as ExponentialHistogram | undefined;
          }
          const deltas = destination.sent.flatMap(pointsOf).map((point) => point.value as ExponentialHistogram);
          if (cumulative === undefined) {
            return deltas.length === 0;
          }
          const { scale } = cumulative;
          const total = (pick: (value: ExponentialHistogram) => number): number =>
            deltas.reduce((sum, delta) => sum + pick(delta), 0);
          expect(total((delta) => delta.count)).to.equal(cumulative.count);
          expect(total((delta) => delta.zeroCount)).to.equal(cumulative.zeroCount);
          for (const side of ['positive', 'negative'] as const) {
            const added = new Map<number, number>();
            for (const delta of deltas) {
              addBuckets(added, delta[side], Math.max(0, delta.scale - scale));
            }
            const expected = new Map<number, number>();
            addBuckets(expected, cumulative[side], 0);
            expect(added).to.deep.equal(expected);
          }
          return true;
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  it('sends the totals, whatever arrives, vanishes or starts anew', () => {
    const step = fastCheck.record({
      accepts: fastCheck.boolean(),
      restarts: fastCheck.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
      vanishes: fastCheck.boolean(),
      added: fastCheck.nat(5),
    });
    fastCheck.assert(
      fastCheck.property(fastCheck.array(step, { maxLength: 40 }), (steps) => {
        const destination = new Destination();
        let value = 0;
        let total = 0;
        let startSeconds = 50;
        let isSeenInThisRun = false;
        for (const [index, { accepts, restarts, vanishes, added }] of steps.entries()) {
          // What a run counted and no export carried is lost with it, so a run ends only when all of it has arrived.
          if (restarts && isSeenInThisRun) {
            value = 0;
            startSeconds = 100 + index;
            isSeenInThisRun = false;
          }
          value += added;
          total += added;
          destination.accepts = accepts;
          destination.export('counter', vanishes ? [] : [{ value, startTime: [startSeconds, 0] }]);
          isSeenInThisRun = accepts && !vanishes;
        }
        destination.accepts = true;
        destination.export('counter', [{ value, startTime: [startSeconds, 0] }]);

        const arrived = destination.sent.flatMap(pointsOf).reduce((sum, point) => sum + (point.value as number), 0);
        expect(arrived).to.equal(total);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it('remembers a series that is missing for a while', () => {
    const destination = new Destination();
    destination.export('counter', [{ value: 5 }]);
    for (let count = 0; count < 240; count++) {
      destination.export('counter', []);
    }

    expect(values(destination.export('counter', [{ value: 6 }]))).to.deep.equal([1]);
  });

  it('forgets a series that is gone, so that others have room', () => {
    const destination = new Destination({ maxSeries: 2 });
    const series = (name: string): Sample => ({ value: 1, attributes: { name } });
    destination.export('counter', [series('a'), series('b')]);
    const metric = destination.export('counter', [series('c'), series('d')]);

    expect(values(metric)).to.deep.equal([]);
    expect(destination.messages).to.deep.equal(['2 series are not exported over OTLP: more than 2 to turn into delta']);
    expect(values(destination.export('counter', [series('c'), series('d')]))).to.deep.equal([1, 1]);
  });

  it('keeps within its limit while no export arrives', () => {
    const destination = new Destination({ maxSeries: 10 });
    destination.accepts = false;
    for (let count = 0; count < 100; count++) {
      destination.export('counter', [{ value: 1, attributes: { id: `${count}` } }]);
    }
    destination.accepts = true;
    const all = Array.from({ length: 12 }, (_, id) => ({ value: 1, attributes: { id: `${id}` } }));

    expect(values(destination.export('counter', all))).to.have.length(10);
  });

  it('refuses an export while another is under way, as both would carry the same', () => {
    const callbacks: ((outcome: { code: number }) => void)[] = [];
    const inner: PushMetricExporter = {
      export: (_metrics, callback) => callbacks.push(callback),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const stage = createCumulativeToDelta(inner, { log: { report: () => true, recovered: () => undefined } });
    const outcomes: number[] = [];
    const metrics: ResourceMetrics = { resource: emptyResource(), scopeMetrics: [] };
    for (let count = 0; count < 2; count++) {
      stage.export(metrics, (outcome) => outcomes.push(outcome.code));
    }
    callbacks[0]?.({ code: 0 });
    stage.export(metrics, () => undefined);

    expect(outcomes).to.deep.equal([1, 0]);
    expect(callbacks).to.have.length(2);
  });

  it('goes on after an exporter that throws', () => {
    let isBroken = true;
    const inner: PushMetricExporter = {
      export: (_metrics, callback) => {
        if (isBroken) {
          throw new Error('broken');
        }
        callback({ code: 0 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const stage = createCumulativeToDelta(inner, { log: { report: () => true, recovered: () => undefined } });
    const outcomes: number[] = [];
    const metrics: ResourceMetrics = { resource: emptyResource(), scopeMetrics: [] };
    stage.export(metrics, (outcome) => outcomes.push(outcome.code));
    isBroken = false;
    stage.export(metrics, (outcome) => outcomes.push(outcome.code));

    expect(outcomes).to.deep.equal([1, 0]);
  });

  it('takes what is older than its observer for exported, where another observer was before it', () => {
    const destination = new Destination({ resumedAtMs: 100_500 });
    const old: Sample = { value: 500, attributes: { series: 'old' } };
    const young: Sample = { value: 3, attributes: { series: 'young' }, startTime: [100, 600_000_000] };
    const first = destination.export('counter', [old, young]);
    const second = destination.export('counter', [
      { ...old, value: 507 },
      { ...young, value: 4 },
    ]);

    expect(values(first)).to.deep.equal([3]);
    expect(values(second)).to.deep.equal([7, 1]);
  });
});

class CollectingReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

function pointsOf(metrics: ResourceMetrics): DataPoint<unknown>[] {
  return metrics.scopeMetrics.flatMap((scope) =>
    scope.metrics.flatMap((metric) => metric.dataPoints as DataPoint<unknown>[]),
  );
}

function addBuckets(into: Map<number, number>, buckets: ExponentialHistogram['positive'], steps: number): void {
  for (const [position, count] of buckets.bucketCounts.entries()) {
    if (count > 0) {
      const bucket = Math.floor((buckets.offset + position) / 2 ** steps);
      into.set(bucket, (into.get(bucket) ?? 0) + count);
    }
  }
}
