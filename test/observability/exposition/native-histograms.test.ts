import { initObservability, type Observability } from '@inferometer/observability';
import {
  AggregationType,
  type ExponentialHistogram,
  MeterProvider,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import { InferometerPrometheusExporter } from '../../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { protobufFormat } from '../../../packages/observability/src/observer/exposition/protobuf/protobuf-format.ts';
import { textFormat } from '../../../packages/observability/src/observer/exposition/text/text-formats.ts';
import { exponentialHistogramData, histogram, histogramData, resourceMetrics } from '../../support/metric-data.ts';
import {
  type HistogramMessage,
  nativeBuckets,
  readMetricFamilies,
  scrapeFamilies,
} from '../../support/metric-families.ts';
import { registerTracing } from '../../support/tracing.ts';

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_126;

function familyOf(metrics: ResourceMetrics): readonly HistogramMessage[] {
  const { body, problems } = createBodyWriter({ targetInfo: false }).writeBody(metrics, protobufFormat);
  expect(problems).to.deep.equal([]);
  const [family, ...others] = readMetricFamilies(body);
  expect(others).to.have.length(0);
  expect(family?.type).to.equal('HISTOGRAM');
  return family!.metric.map((metric) => metric.histogram!);
}

function written(...points: Partial<ExponentialHistogram>[]): readonly HistogramMessage[] {
  const series = points.map((point, place) => [{ place }, exponential(point)] as const);
  return familyOf(resourceMetrics([[exponentialHistogramData('x', series)]]));
}

function exponential(point: Partial<ExponentialHistogram>): ExponentialHistogram {
  const empty = { offset: 0, bucketCounts: [] };
  return { count: 0, sum: 1, scale: 0, zeroCount: 0, positive: empty, negative: empty, ...point };
}

function isNative({ positive_span: positive, negative_span: negative, schema }: HistogramMessage): boolean {
  expect(schema !== undefined).to.equal(positive.length + negative.length > 0);
  return schema !== undefined;
}

function positiveOf({ positive_span: spans, positive_delta: deltas }: HistogramMessage): [number, number][] {
  return nativeBuckets(spans, deltas).map(([index, count]) => [index, count]);
}

function negativeOf({ negative_span: spans, negative_delta: deltas }: HistogramMessage): [number, number][] {
  return nativeBuckets(spans, deltas).map(([index, count]) => [index, count]);
}

/** How many of the values lie in each of Prometheus's buckets: above base^(i-1), up to and with base^i. */
function bucketed(values: readonly number[], schema: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const index = Math.ceil(Math.log2(value) * 2 ** schema);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return [...counts].sort(([left], [right]) => left - right);
}

function expectConsistent(message: HistogramMessage): void {
  const counts = [...positiveOf(message), ...negativeOf(message)].map(([, count]) => count);
  expect(counts.every((count) => count > 0)).to.equal(true);
  expect(counts.reduce((sum, count) => sum + count, message.zero_count ?? 0)).to.equal(message.sample_count);
  const cumulative = message.bucket.map(({ cumulative_count: count }) => count);
  expect(cumulative).to.deep.equal(cumulative.toSorted((left, right) => left - right));
  expect(message.bucket.at(-1)).to.deep.equal({ cumulative_count: message.sample_count, upper_bound: Infinity });
}

describe('an exponential histogram in protobuf', () => {
  it('counts what the SDK was given, in the buckets that Prometheus has', async () => {
    const reader = new InferometerPrometheusExporter({ targetInfo: false });
    const views = [{ instrumentName: '*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const }];
    const meter = new MeterProvider({ readers: [reader], views }).getMeter('test');
    // Powers of two lie in the buckets that they end; the others lie within theirs.
    const values = [0.001, 0.0273, 0.25, 0.5, 0.7, 1, 1.1, 2, 3, 3, 3, 4, 700, 1024, 5000];
    for (const value of [...values, 0, 0]) {
      meter.createHistogram('latency', { unit: 's' }).record(value);
    }
    const { resourceMetrics: collected } = await reader.collect();
    const [message] = familyOf(collected);
    expect(message).to.include({ sample_count: 17, zero_count: 2, zero_threshold: 0, schema: 2 });
    expect(message?.sample_sum).to.be.closeTo(
      values.reduce((sum, value) => sum + value, 0),
      1e-9,
    );
    expect(positiveOf(message!)).to.deep.equal(bucketed(values, 2));
    expect(message?.negative_span).to.deep.equal([]);
    expectConsistent(message!);
  });

  it('has an index more for each bucket than OpenTelemetry has, on both sides', () => {
    const [message] = written({
      positive: { offset: 4, bucketCounts: [1, 2] },
      negative: { offset: -3, bucketCounts: [5] },
      zeroCount: 7,
    });
    expect(message).to.include({ schema: 0, sample_count: 15, zero_count: 7 });
    expect(positiveOf(message!)).to.deep.equal([
      [5, 1],
      [6, 2],
    ]);
    expect(negativeOf(message!)).to.deep.equal([[-2, 5]]);
  });

  it('bridges up to two empty buckets, as client_golang does, and leaves out those at the ends', () => {
    const [message] = written({ positive: { offset: 9, bucketCounts: [0, 3, 0, 0, 5, 0, 0, 0, 4, 4, 0] } });
    expect(message?.positive_span).to.deep.equal([
      { offset: 11, length: 4 },
      { offset: 3, length: 2 },
    ]);
    expect(message?.positive_delta).to.deep.equal([3, -3, 0, 5, -1, 0]);
  });

  it('is as fine as Prometheus can have it', () => {
    const [fine, finer] = written(
      { scale: 8, positive: { offset: -1, bucketCounts: [1, 2, 3] } },
      { scale: 10, positive: { offset: -5, bucketCounts: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] } },
    );
    expect([fine?.schema, finer?.schema]).to.deep.equal([8, 8]);
    expect(positiveOf(fine!)).to.deep.equal([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    // Indexes -5 | -4 to -1 | 0 to 3 | 4 become -2, -1, 0 and 1.
    expect(positiveOf(finer!)).to.deep.equal([
      [-1, 1],
      [0, 2 + 4 + 8 + 16],
      [1, 32 + 64 + 128 + 256],
      [2, 512],
    ]);
  });

  it('is known for what it is when it has counted nothing, or zeros alone', () => {
    const [empty, zeros] = written({}, { zeroCount: 3 });
    expect(empty).to.deep.include({ sample_count: 0, positive_span: [{ offset: 0, length: 0 }], positive_delta: [] });
    expect(zeros).to.deep.include({ sample_count: 3, zero_count: 3, positive_span: [], negative_span: [] });
  });

  it('has classic buckets alone where Prometheus has no buckets as coarse, and so has the whole family', () => {
    const positive = { offset: 0, bucketCounts: [1, 2] };
    expect(written({ scale: -4, positive }, { positive }).map(isNative)).to.deep.equal([true, true]);
    expect(written({ scale: -5, positive }, { positive }).map(isNative)).to.deep.equal([false, false]);
    expect(written({ positive }, { scale: -5, positive })[0]?.bucket).to.deep.equal([
      { cumulative_count: 0, upper_bound: 1 },
      { cumulative_count: 1, upper_bound: 2 },
      { cumulative_count: 3, upper_bound: 4 },
      { cumulative_count: 3, upper_bound: Infinity },
    ]);
    const classic = histogramData('x', [[{ a: '1' }, histogram([1], [1, 2], 1)]]);
    const native = exponentialHistogramData('x', [[{ a: '2' }, exponential({ positive })]]);
    for (const metrics of [
      [classic, native],
      [native, classic],
    ]) {
      expect(familyOf(resourceMetrics([metrics])).map(isNative)).to.deep.equal([false, false]);
    }
  });

  it('says the same in both kinds of buckets, whatever its scale and its range', () => {
    // Some buckets end beyond the greatest double, none before the smallest.
    const side = fc.record({
      exponent: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -1000, max: 1000 })),
      bucketCounts: fc.array(fc.oneof(fc.constant(0), fc.nat(1000)), { maxLength: 30 }),
    });
    const point = fc
      .record({ scale: fc.integer({ min: -4, max: 20 }), zeroCount: fc.nat(10), positive: side, negative: side })
      .map(({ scale, zeroCount, positive, negative }) => {
        const [above, below] = [positive, negative].map(({ exponent, bucketCounts }) => ({
          offset: Math.floor(exponent * 2 ** scale),
          bucketCounts,
        }));
        return exponential({ scale, zeroCount, positive: above!, negative: below! });
      });
    fc.assert(
      fc.property(point, (fields) => {
        const [message] = written(fields);
        expect(message?.schema).to.equal(Math.min(8, fields.scale));
        expectConsistent(message!);
        // At the powers of two, the two must tell one count.
        const perDoubling = 2 ** message!.schema!;
        for (const { cumulative_count: count, upper_bound: bound } of message!.bucket) {
          const index = Math.log2(Math.abs(bound)) * perDoubling;
          const below = bound < 0 ? 0 : message!.zero_count!;
          const negative = negativeOf(message!).filter(([one]) => bound >= 0 || one > index);
          const positive = positiveOf(message!).filter(([one]) => bound > 0 && one <= index);
          expect(
            [...negative, ...positive].reduce((sum, [, one]) => sum + one, below),
            String(bound),
          ).to.equal(count);
        }
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('counts what no number can be among the smallest and the greatest numbers', () => {
    for (const offset of [-1e12, -1_300_000, 1_300_000, 1e12]) {
      for (const scale of [-4, 0, 8, 20]) {
        const side = { offset, bucketCounts: [1, 2, 3] };
        const [message] = written({ scale, positive: side, negative: side, zeroCount: 4 });
        expect(message?.sample_count).to.equal(16);
        expectConsistent(message!);
      }
    }
  });

  it('lets others have their turn while many large ones are written', () => {
    const bucketCounts = Array.from({ length: 160 }, (_, place) => place + 1);
    const series = Array.from(
      { length: 1000 },
      (_, id) => [{ id }, exponential({ positive: { offset: -80, bucketCounts } })] as const,
    );
    const metrics = resourceMetrics([[exponentialHistogramData('x', series)]]);
    for (const [format, bytes] of [
      [protobufFormat, 2_000_000],
      [textFormat, 7_000_000],
    ] as const) {
      const steps = createBodyWriter().stepsOf(metrics, format);
      let step = steps.next();
      let turns = 0;
      for (; step.done !== true; turns++) {
        step = steps.next();
      }
      expect(step.value.body.length).to.be.above(bytes);
      expect(turns).to.be.above(bytes / 100_000);
    }
  });

  it('is left out where it makes no sense, and the others stay', () => {
    const metric = exponentialHistogramData('x', [
      [{ a: '1' }, exponential({ positive: { offset: 0, bucketCounts: [1] } })],
      [{ a: '2' }, exponential({ positive: { offset: NaN, bucketCounts: [1] } })],
      [{ a: '3' }, exponential({ positive: { offset: 0, bucketCounts: [0.5] } })],
      [{ a: '4' }, undefined as unknown as ExponentialHistogram],
    ]);
    const { body, problems } = createBodyWriter({ targetInfo: false }).writeBody(
      resourceMetrics([[metric]]),
      protobufFormat,
    );
    expect(readMetricFamilies(body)[0]?.metric).to.have.lengthOf(1);
    expect(problems).to.have.lengthOf(3);
  });
});

describe('latencies in protobuf', () => {
  let observability: Observability | undefined;

  afterEach(async () => {
    await observability?.shutdown();
    observability = undefined;
  });

  async function latency(nativeHistograms: boolean, latenciesMs: readonly number[]): Promise<HistogramMessage> {
    observability = initObservability({
      prometheus: { host: '127.0.0.1', port: 0 },
      observer: 'inline',
      resources: false,
      globalMeterProvider: false,
      nativeHistograms,
      latencyBucketsSeconds: [0.1, 0.5, 1],
    });
    for (const latencyMs of latenciesMs) {
      observability.trackInference({ modelType: 'document', latencyMs });
    }
    const families = await scrapeFamilies((await observability.ready).metricsUrl ?? '');
    expect(families.get('inference_latency_seconds')?.unit).to.equal('seconds');
    return families.get('inference_latency_seconds')!.metric[0]!.histogram!;
  }

  const LATENCIES_MS = [0.0003, 0, 0.05, 3, 40, 49.9, 99, 250, 500, 812, 1000, 7000, 31_000_000];

  it('have exponential buckets beside the classic ones with nativeHistograms', async () => {
    const message = await latency(true, LATENCIES_MS);
    expect(message).to.include({ schema: 3, zero_threshold: 2 ** -20, zero_count: 2, sample_count: 13 });
    const seconds = LATENCIES_MS.map((latencyMs) => latencyMs / 1000).filter((value) => value > 2 ** -20);
    expect(positiveOf(message)).to.deep.equal(bucketed(seconds, 3));
    expectConsistent(message);
    expect(message.bucket.map(({ cumulative_count: count }) => count)).to.deep.equal([7, 9, 11, 13]);
  });

  it('have classic buckets alone without', async () => {
    const message = await latency(false, LATENCIES_MS);
    expect(isNative(message)).to.equal(false);
    expect(message.bucket.map(({ cumulative_count: count }) => count)).to.deep.equal([7, 9, 11, 13]);
  });

  it('say when they began, and name the trace of the latest in each bucket', async () => {
    const tracing = registerTracing();
    const before = Date.now() / 1000;
    try {
      for (const nativeHistograms of [false, true]) {
        const span = tracing.tracer.startActiveSpan('request', (started) => started);
        const message = await tracing.tracer.startActiveSpan('request', async (started) => {
          const answer = await latency(nativeHistograms, [50, 7000]);
          started.end();
          expect(answer.bucket.map(({ exemplar }) => exemplar?.value)).to.deep.equal([0.05, undefined, undefined, 7]);
          for (const exemplar of answer.bucket.flatMap((bucket) => bucket.exemplar ?? [])) {
            expect(exemplar.label).to.deep.equal([
              { name: 'trace_id', value: started.spanContext().traceId },
              { name: 'span_id', value: started.spanContext().spanId },
            ]);
            const { seconds, nanos } = exemplar.timestamp!;
            expect(seconds + nanos / 1e9).to.be.within(before - 0.001, Date.now() / 1000);
          }
          return answer;
        });
        span.end();
        expect(message.exemplars).to.deep.equal(
          nativeHistograms ? message.bucket.flatMap(({ exemplar }) => exemplar ?? []) : [],
        );
        const { seconds, nanos } = message.created_timestamp!;
        expect(seconds + nanos / 1e9).to.be.within(before - 0.001, Date.now() / 1000);
        await observability?.shutdown();
      }
    } finally {
      tracing.release();
    }
  });
});
