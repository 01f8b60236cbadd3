import type { DataPoint } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import type { Scrape } from '../../support/scrape.ts';
import { heapInUse } from './heap-in-use.ts';
import { exactValue, type InlineObservability, seriesOf, useInlineObservability } from './inline-observability.ts';

/** A million with INFEROMETER_DISTINCT_VALUES=1000000; the suite of every day shows the same with fewer. */
const DISTINCT = Number(process.env['INFEROMETER_DISTINCT_VALUES'] ?? 200_000);

/** Many times what a value beyond the limit takes; a search that grows with the values would take more. */
const MOST_MICROSECONDS_EACH = 50;

/** A value that is kept takes 100 at least. */
const MOST_BYTES_EACH = 20;

const overflow = { otel_metric_overflow: 'true' };

const floods: readonly (readonly [
  what: string,
  record: (observability: InlineObservability, value: string) => void,
  total: (scrape: Scrape) => number,
  series: string,
  most: number,
])[] = [
  [
    'classes',
    (observability, value) => observability.trackInference({ modelType: 'm', predictedClass: value }),
    (scrape) => scrape.sum('prediction_distribution_total'),
    'prediction_distribution_total',
    201,
  ],
  [
    'classes of batches',
    (observability, value) =>
      observability.trackInference({ modelType: 'm', predictions: [{ predictedClass: value }] }),
    (scrape) => scrape.sum('prediction_distribution_total'),
    'prediction_distribution_total',
    201,
  ],
  [
    'models',
    (observability, value) => observability.trackInference({ modelType: value, latencyMs: 1 }),
    (scrape) => scrape.sum('inference_latency_seconds_count'),
    'inference_latency_seconds_count',
    51,
  ],
  [
    'error codes',
    (observability, value) => observability.trackInference({ modelType: 'm', errorCode: value }),
    (scrape) => scrape.sum('error_count_total'),
    'error_count_total',
    51,
  ],
  [
    'tenants',
    (observability, value) => observability.trackInference({ modelType: 'm', labels: { tenant: value } }),
    (scrape) => scrape.sum('inference_requests_total', { status: 'success' }),
    'inference_requests_total',
    2 * 102,
  ],
  [
    'phases',
    (observability, value) => {
      const timer = observability.startInference('m');
      timer.phase(value);
      timer.end();
    },
    (scrape) => scrape.sum('inference_phase_seconds_count'),
    'inference_phase_seconds_count',
    33,
  ],
  [
    'request ids',
    (observability, value) => observability.trackInference({ modelType: 'm', predictedClass: 'a', requestId: value }),
    (scrape) => scrape.sum('prediction_distribution_total'),
    'prediction_distribution_total',
    1,
  ],
  [
    'models of true labels',
    (observability, value) =>
      observability.recordGroundTruth({ modelType: value, predictedClass: value, actualClass: value }),
    (scrape) => scrape.sum('ground_truth_total', { outcome: 'correct' }),
    'model_accuracy',
    51,
  ],
];

describe(`${DISTINCT.toLocaleString('en')} different`, function () {
  this.timeout(Math.max(20_000, (DISTINCT * MOST_MICROSECONDS_EACH) / 500));
  const start = useInlineObservability();

  for (const [what, record, total, series, most] of floods) {
    it(`${what} are all counted, in a bounded number of series, in little time and memory`, async () => {
      const observability = start({ labels: { tenant: { max: 100 } } });
      const flood = (from: number, to: number): void => {
        for (let index = from; index < to; index++) {
          record(observability, `value ${index}`);
        }
      };
      // What has a limit is reached by then, and the code is compiled.
      const warmUp = 20_000;
      flood(0, warmUp);
      const heapBefore = heapInUse();
      const before = performance.now();
      flood(warmUp, DISTINCT);
      const microseconds = ((performance.now() - before) * 1000) / (DISTINCT - warmUp);
      expect(microseconds).to.be.below(MOST_MICROSECONDS_EACH);
      expect((heapInUse() - heapBefore) / (DISTINCT - warmUp)).to.be.below(MOST_BYTES_EACH);
      const scrape = await observability.scrape();
      expect(total(scrape)).to.equal(DISTINCT);
      expect(seriesOf(scrape, series)).to.have.length.at.most(most);
      expect(exactValue(scrape, 'inferometer_series')).to.be.below(2000);
    });
  }

  it('values of everything at once leave as many series as the limits allow, and the totals add up', async () => {
    const observability = start({ labels: { tenant: { max: 100 } } });
    const times = DISTINCT / 10;
    for (let index = 0; index < times; index++) {
      const value = `value ${index}`;
      observability.trackInference({ modelType: value, predictedClass: value, labels: { tenant: value } });
      observability.trackInference({ modelType: value, errorCode: value });
    }
    const scrape = await observability.scrape();
    expect(scrape.sum('inference_requests_total')).to.equal(2 * times);
    expect(scrape.sum('prediction_distribution_total')).to.equal(times);
    expect(scrape.sum('error_count_total')).to.equal(times);
    expect(scrape.sum('inference_requests_total', overflow)).to.be.above(times);
  });
});

describe('a very large number of series', () => {
  const start = useInlineObservability();

  /** By the producer: text of so many series would take seconds to read. */
  async function pointsOf(
    observability: InlineObservability,
    metricName: string,
  ): Promise<readonly DataPoint<number>[]> {
    const { resourceMetrics } = await observability.createStoreProducer().collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics.find(({ descriptor }) => descriptor.name === metricName)?.dataPoints as DataPoint<number>[];
  }

  function total(points: readonly DataPoint<number>[]): number {
    return points.reduce((sum, { value }) => sum + value, 0);
  }

  it('is had where the limits ask for it', async () => {
    const observability = start({ limits: { classesPerModel: 100_000 } });
    for (let index = 0; index < 100_100; index++) {
      observability.trackInference({ modelType: 'm', predictedClass: index });
    }
    const points = await pointsOf(observability, 'prediction.distribution');
    expect(points).to.have.length(100_001);
    expect(total(points)).to.equal(100_100);
  });

  it('ends before the observer would: labels times classes have 200,000 at most, and the rest overflows', async () => {
    const observability = start({
      models: { m: { classes: ['declared'] } },
      labels: { tenant: { max: 10_000 } },
      limits: { classesPerModel: 300 },
    });
    for (let index = 0; index < 250; index++) {
      const predictedClass = `class ${index}`;
      for (let tenant = 0; tenant < 1100; tenant++) {
        observability.trackInference({ modelType: 'm', predictedClass, labels: { tenant: `tenant ${tenant}` } });
      }
    }
    observability.trackInference({ modelType: 'm', predictedClass: 'declared' });
    const points = await pointsOf(observability, 'prediction.distribution');
    expect(total(points)).to.equal(1100 * 250 + 1);
    expect(points.length).to.be.within(190_000, 201_000);
    expect(total(await pointsOf(observability, 'inference.requests'))).to.equal(1100 * 250 + 1);
  });
});
