import type { ObservabilityOptions } from '@inferometer/observability';
import {
  AggregationTemporality,
  AggregationType,
  type ExponentialHistogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { type BundledScript, bundleScript } from '../../support/bundled-script.ts';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { SABOTAGE_FLAGS, startService } from '../../support/observed-service.ts';
import { metricOf, type OtlpReceiver, pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import type { OtlpPoint } from '../../support/otlp-metrics.ts';
import type { ThreadTask } from '../threads/fixtures/counting-thread.ts';
import { type InlineObservability, useInlineObservability } from './inline-observability.ts';

const MODEL = { model_type: 'm' };
const SCALE = 3;

/** Latencies in milliseconds over five powers of ten, always the same. */
const LATENCIES_MS = Array.from({ length: 2000 }, (_, place) => 0.05 * 10 ** (5 * ((place * 0.618_033_988_75) % 1)));

describe('Native histograms', () => {
  const start = useInlineObservability();
  let collector: OtlpReceiver;

  beforeEach(async () => {
    collector = await startOtlpReceiver();
  });

  afterEach(() => collector.close());

  function startPushing(options: ObservabilityOptions = {}): InlineObservability {
    return start({ nativeHistograms: true, otlp: { url: collector.url }, ...options });
  }

  function track(observability: InlineObservability, latenciesMs: readonly number[] = LATENCIES_MS): void {
    for (const latencyMs of latenciesMs) {
      observability.trackInference({ modelType: 'm', latencyMs });
    }
  }

  it('leave the text as it is without them', async () => {
    const texts: string[] = [];
    for (const nativeHistograms of [false, true]) {
      const observability = start({
        nativeHistograms,
        models: { own: { latencyBucketsSeconds: [0, 1e-9, 0.3, 1e12] } },
      });
      track(observability);
      for (const latencyMs of [0, 1e-6, 0.3, 300, 31_536_000_000]) {
        observability.trackInference({ modelType: 'own', latencyMs });
        observability.trackInference({ modelType: 'own', latencyMs, success: false });
      }
      const lines = (await observability.metricsText()).split('\n');
      texts.push(lines.filter((line) => /^inference_.*latency/.test(line)).join('\n'));
      await observability.shutdown();
    }
    expect(texts[0]).to.contain('inference_failure_latency_seconds_bucket{model_type="own",le="1e-09"} 2');
    expect(texts[1]).to.equal(texts[0]);
  });

  it('are pushed as exponential histograms that say what those of the SDK say', async () => {
    const observability = startPushing();
    track(observability);
    await observability.flush();
    const pushed = pointOf(collector.requests.at(-1), 'inference.latency', MODEL);
    const expected = await sdkHistogram(LATENCIES_MS.map((latencyMs) => latencyMs / 1000));
    expect(metricOf(collector.requests.at(-1), 'inference.latency')).to.include({
      type: 'exponentialHistogram',
      temporality: 'cumulative',
      unit: 's',
    });
    expect(pushed).to.include({ count: 2000, scale: SCALE, zeroCount: 0 });
    expect(pushed.sum).to.be.closeTo(expected.sum!, 1e-9 * expected.sum!);
    expect(countsByIndex(pushed.positive!)).to.deep.equal(countsByIndex(coarser(expected)));
  });

  it('are those of latencies, failures and phases, and of nothing else', async () => {
    const observability = startPushing();
    observability.trackInference({ modelType: 'm', latencyMs: 5, confidence: 0.5, batchSize: 2 });
    observability.trackInference({ modelType: 'm', latencyMs: 5, success: false });
    const timer = observability.startInference('m');
    timer.phase('decode');
    timer.end();
    await observability.flush();
    const types = collector.requests.at(-1)!.metrics.map(({ name, type }) => [name, type] as const);
    expect(types.filter(([, type]) => type === 'exponentialHistogram').map(([name]) => name)).to.have.members([
      'inference.latency',
      'inference.failure.latency',
      'inference.phase',
    ]);
    expect(types.filter(([, type]) => type === 'histogram').map(([name]) => name)).to.include.members([
      'model.confidence.scores',
      'batch.size',
    ]);
  });

  it('give quantiles that are off by 4.4% at most', async () => {
    const observability = startPushing();
    track(observability);
    await observability.flush();
    const pushed = pointOf(collector.requests.at(-1), 'inference.latency', MODEL);
    const sorted = LATENCIES_MS.map((latencyMs) => latencyMs / 1000).sort((left, right) => left - right);
    for (const quantile of [0.01, 0.5, 0.9, 0.99, 1]) {
      const rank = Math.ceil(quantile * sorted.length);
      expect(middleOfRank(pushed, rank) / sorted[rank - 1]!).to.be.within(1 / 1.0443, 1.0443);
    }
  });

  it('are pushed as what was added, where that is asked for', async () => {
    const observability = startPushing({ otlp: { url: collector.url, temporality: 'delta' } });
    track(observability, [1, 1, 500]);
    await observability.flush();
    track(observability, [1, 0]);
    await observability.flush();
    const points = collector.requests.map((request) => pointOf(request, 'inference.latency', MODEL));
    expect(points.map(({ count, zeroCount }) => [count, zeroCount])).to.deep.equal([
      [3, 0],
      [2, 1],
    ]);
    expect([...countsByIndex(points[1]!.positive!).values()]).to.deep.equal([1]);
  });

  it('begin empty', async () => {
    const observability = startPushing({ models: { m: {} } });
    await observability.flush();
    const pushed = pointOf(collector.requests.at(-1), 'inference.latency', MODEL);
    expect(pushed).to.deep.include({ count: 0, sum: 0, zeroCount: 0, positive: { offset: 0, bucketCounts: [] } });
  });
});

describe('Native histograms of several threads', () => {
  let script: BundledScript;
  let collector: OtlpReceiver;

  before(async () => {
    script = await bundleScript(new URL('../threads/fixtures/counting-thread.ts', import.meta.url));
    collector = await startOtlpReceiver();
  });

  after(async () => {
    await collector.close();
    await script.remove();
  });

  afterEach(endPrograms);

  it('are added up, and stay when threads have ended and the observer starts anew', async () => {
    const service = startService({ nativeHistograms: true, otlp: { url: collector.url } }, { flags: SABOTAGE_FLAGS });
    const task: ThreadTask = { modelType: 'm', times: 10, latencyMs: 1500, ending: 'stay' };
    const threads = await Promise.all([1, 2].map(() => service.tell('startThread', script.url.href, task)));
    await service.tell('record', 3, { modelType: 'm', latencyMs: 1500 });
    const bucket = async (): Promise<unknown> => {
      await service.tell('flush');
      return pointOf(collector.requests.at(-1), 'inference.latency', MODEL).positive;
    };
    const all = { offset: Math.ceil(Math.log2(1.5) * 2 ** SCALE) - 1, bucketCounts: [23] };
    expect(await bucket()).to.deep.equal(all);
    for (const thread of threads) {
      await service.tell('endThread', thread, 'exit');
      expect(await bucket()).to.deep.equal(all);
    }
    await service.tell('terminateThreads');
    await eventually(async () => {
      const told = await service.scrape();
      return told.value('inferometer_observer_restarts_total') === 1 ? told : undefined;
    });
    expect(await bucket()).to.deep.equal(all);
    expect((await service.scrape()).value('inference_latency_seconds_bucket', { ...MODEL, le: '2.5' })).to.equal(23);
  });
});

/** What OpenTelemetry's own exponential aggregation makes of the values. */
async function sdkHistogram(values: readonly number[]): Promise<ExponentialHistogram> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9, exportTimeoutMillis: 1e9 })],
    views: [
      {
        instrumentName: '*',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 1000 } },
      },
    ],
  });
  const histogram = provider.getMeter('oracle').createHistogram('latency');
  for (const value of values) {
    histogram.record(value);
  }
  await provider.forceFlush();
  const [exported] = exporter.getMetrics();
  await provider.shutdown();
  return exported!.scopeMetrics[0]!.metrics[0]!.dataPoints[0]!.value as ExponentialHistogram;
}

/** The buckets at the scale of the grid: bucket i of a scale lies in bucket i >> 1 of the next coarser one. */
function coarser({ scale, positive }: ExponentialHistogram): ExponentialHistogram['positive'] {
  const steps = scale - SCALE;
  expect(steps).to.be.at.least(0);
  const offset = positive.offset >> steps;
  const bucketCounts: number[] = [];
  for (const [place, count] of positive.bucketCounts.entries()) {
    const bucket = ((positive.offset + place) >> steps) - offset;
    bucketCounts[bucket] = (bucketCounts[bucket] ?? 0) + count;
  }
  return { offset, bucketCounts };
}

function countsByIndex(buckets: NonNullable<OtlpPoint['positive']>): Map<number, number> {
  const counts = buckets.bucketCounts.map((count, place) => [buckets.offset + place, count] as const);
  return new Map(counts.filter(([, count]) => count > 0));
}

/** The geometric middle of the bucket that the value of this rank is in. */
function middleOfRank({ positive }: OtlpPoint, rank: number): number {
  let seen = 0;
  for (const [index, count] of countsByIndex(positive!)) {
    seen += count;
    if (seen >= rank) {
      return 2 ** ((index + 0.5) / 2 ** SCALE);
    }
  }
  return Number.NaN;
}
