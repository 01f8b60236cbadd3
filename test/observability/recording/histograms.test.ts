import { expect } from 'chai';
import { exactValue, type InlineObservability, seriesOf, useInlineObservability } from './inline-observability.ts';

const model = { model_type: 'm' };

describe('a histogram', () => {
  const start = useInlineObservability();

  async function buckets(observability: InlineObservability, name: string): Promise<Record<string, number>> {
    const series = seriesOf(await observability.scrape(), `${name}_bucket`);
    return Object.fromEntries(series.map(({ labels, value }) => [labels['le'], value]));
  }

  it('counts a value that equals a bound into the bucket of that bound', async () => {
    const observability = start({ latencyBucketsSeconds: [0.1, 0.6, 1] });
    for (const latencyMs of [0, 99.999, 100, 100.001, 600, 1000, 1000.001, 31_536_000_000]) {
      observability.trackInference({ modelType: 'm', latencyMs });
    }
    expect(await buckets(observability, 'inference_latency_seconds')).to.deep.equal({
      '0.1': 3,
      '0.6': 5,
      '1.0': 6,
      '+Inf': 8,
    });
  });

  it('takes the ends of its range: confidence 0 and 1, batches of 1', async () => {
    const observability = start({ confidenceBuckets: [0, 0.5, 1], batchSizeBuckets: [1, 2] });
    for (const confidence of [0, -0, Number.MIN_VALUE, 0.5, 1 - Number.EPSILON, 1]) {
      observability.trackInference({ modelType: 'm', confidence, batchSize: 1 });
    }
    expect(await buckets(observability, 'model_confidence_scores')).to.deep.equal({
      '0.0': 2,
      '0.5': 4,
      '1.0': 6,
      '+Inf': 6,
    });
    expect(await buckets(observability, 'batch_size')).to.deep.equal({ '1.0': 6, '2.0': 6, '+Inf': 6 });
  });

  it('finds the bucket of each value, as a plain search does', async () => {
    const bounds = [0.05, 0.1, 0.5, 0.9, 0.99];
    const observability = start({ confidenceBuckets: bounds });
    const values = Array.from({ length: 1001 }, (_, index) => index / 1000);
    for (const confidence of values) {
      observability.trackInference({ modelType: 'm', confidence });
    }
    const counted = Object.values(await buckets(observability, 'model_confidence_scores'));
    const expected = [...bounds, Infinity].map((bound) => values.filter((value) => value <= bound).length);
    expect(counted).to.deep.equal(expected);
  });

  it('has the exact sum and count of what it was given', async () => {
    const observability = start();
    let sum = 0;
    for (let index = 1; index <= 1000; index++) {
      observability.trackInference({ modelType: 'm', latencyMs: index * 125, batchSize: index });
      sum += index;
    }
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_latency_seconds_sum', model)).to.equal(sum / 8);
    expect(exactValue(scrape, 'inference_latency_seconds_count', model)).to.equal(1000);
    expect(exactValue(scrape, 'batch_size_sum', model)).to.equal(sum);
  });

  it('turns milliseconds into seconds', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm', latencyMs: 234.5 });
    expect(exactValue(await observability.scrape(), 'inference_latency_seconds_sum', model)).to.equal(0.2345);
  });
});
