import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

describe('an inference', () => {
  const start = useInlineObservability();

  it('counts as succeeded unless it says otherwise', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm' });
    observability.trackInference({ modelType: 'm', success: true });
    observability.trackInference({ modelType: 'm', success: true, errorCode: 'ignored' });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(3);
    expect(seriesOf(scrape, 'error_count_total')).to.have.length(0);
  });

  it('that failed counts under its error code, and its time apart from those that succeeded', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm', latencyMs: 250, success: true });
    observability.trackInference({ modelType: 'm', latencyMs: 0.5, success: false, errorCode: 'timeout' });
    observability.trackInference({ modelType: 'm', latencyMs: 0.5, errorCode: 'timeout' });
    observability.trackInference({ modelType: 'm', latencyMs: 0.5, success: false, errorCode: 503 });
    const scrape = await observability.scrape();
    const model = { model_type: 'm' };
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(3);
    expect(seriesOf(scrape, 'error_count_total')).to.have.deep.members([
      { labels: { ...model, error_code: 'timeout' }, value: 2 },
      { labels: { ...model, error_code: '503' }, value: 1 },
    ]);
    expect(exactValue(scrape, 'inference_latency_seconds_count', model)).to.equal(1);
    expect(exactValue(scrape, 'inference_latency_seconds_sum', model)).to.equal(0.25);
    expect(exactValue(scrape, 'inference_failure_latency_seconds_count', model)).to.equal(3);
    expect(exactValue(scrape, 'inference_failure_latency_seconds_sum', model)).to.equal(0.0015);
  });

  it('that failed without a code counts as unknown', async () => {
    const observability = start();
    for (const errorCode of [undefined, null, '']) {
      observability.trackInference({ modelType: 'm', success: false, errorCode: errorCode as never });
    }
    expect(seriesOf(await observability.scrape(), 'error_count_total')).to.deep.equal([
      { labels: { model_type: 'm', error_code: 'unknown' }, value: 3 },
    ]);
  });

  it('that failed by an error counts under its code, else its class, and an abort as aborted', async () => {
    const observability = start();
    const fail = (error?: unknown): void => observability.startInference('m').fail(error);
    class ModelOverloadedError extends Error {}
    fail(Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:80'), { code: 'ECONNREFUSED' }));
    fail(new ModelOverloadedError('busy'));
    fail(new RangeError('too long'));
    fail(AbortSignal.abort().reason);
    fail('a message that is no code');
    fail();
    const codes = seriesOf(await observability.scrape(), 'error_count_total');
    expect(Object.fromEntries(codes.map(({ labels, value }) => [labels['error_code'], value]))).to.deep.equal({
      ECONNREFUSED: 1,
      ModelOverloadedError: 1,
      RangeError: 1,
      aborted: 1,
      unknown: 2,
    });
  });

  it('that warms the model up counts as a request, without its time', async () => {
    const observability = start();
    const model = { model_type: 'm' };
    observability.trackInference({
      modelType: 'm',
      latencyMs: 5000,
      warmup: true,
      confidence: 0.5,
      predictedClass: 'a',
    });
    observability.trackInference({ modelType: 'm', latencyMs: 5000, warmup: true, success: false });
    observability.startInference('m', { warmup: true }).end();
    observability.startInference('m').end({ warmup: true });
    observability.trackInference({ modelType: 'm', latencyMs: 10, warmup: false });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'success' })).to.equal(4);
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(1);
    expect(exactValue(scrape, 'inference_latency_seconds_count', model)).to.equal(1);
    expect(exactValue(scrape, 'inference_latency_seconds_sum', model)).to.equal(0.01);
    expect(scrape.sum('inference_failure_latency_seconds_count')).to.equal(0);
    expect(exactValue(scrape, 'model_confidence_scores_count', model)).to.equal(1);
    expect(exactValue(scrape, 'prediction_distribution_total', { ...model, predicted_class: 'a' })).to.equal(1);
  });

  it('of no named model counts under the model unknown', async () => {
    const observability = start();
    observability.trackInference({ latencyMs: 5 } as never);
    observability.trackInference({ modelType: '' });
    observability.trackInference({ modelType: null as never });
    observability.trackInference({ modelType: {} as never });
    observability.trackInference({ modelType: 'unknown' });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'unknown', status: 'success' })).to.equal(5);
    expect(
      exactValue(scrape, 'inferometer_dropped_values_total', {
        metric: 'inference_requests_total',
        cause: 'wrong_type',
      }),
    ).to.equal(1);
  });

  it('of a batch counts once, and each of its predictions with its class and confidence', async () => {
    const observability = start();
    observability.trackInference({
      modelType: 'm',
      batchSize: 4,
      latencyMs: 8,
      predictions: [
        { predictedClass: 'a', confidence: 0.5 },
        { predictedClass: 'a', confidence: 0.25 },
        { predictedClass: 'b' },
        { confidence: 1 },
      ],
    });
    const scrape = await observability.scrape();
    const model = { model_type: 'm' };
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'success' })).to.equal(1);
    expect(exactValue(scrape, 'inference_latency_seconds_count', model)).to.equal(1);
    expect(exactValue(scrape, 'batch_size_sum', model)).to.equal(4);
    expect(seriesOf(scrape, 'prediction_distribution_total')).to.have.deep.members([
      { labels: { ...model, predicted_class: 'a' }, value: 2 },
      { labels: { ...model, predicted_class: 'b' }, value: 1 },
    ]);
    expect(exactValue(scrape, 'model_confidence_scores_count', model)).to.equal(3);
    expect(exactValue(scrape, 'model_confidence_scores_sum', model)).to.equal(1.75);
  });

  it('may have numbers and booleans as classes and error codes; the number 3 and the text 3 are one', async () => {
    const observability = start();
    for (const predictedClass of [3, '3', 3.5, -0, 0, true, false, 'true', 1e21, 10n as never]) {
      observability.trackInference({ modelType: 'm', predictedClass });
      observability.trackInference({ modelType: 'm', predictedClass });
    }
    const classes = seriesOf(await observability.scrape(), 'prediction_distribution_total');
    expect(Object.fromEntries(classes.map(({ labels, value }) => [labels['predicted_class'], value]))).to.deep.equal({
      '3': 4,
      '3.5': 2,
      '0': 4,
      true: 4,
      false: 2,
      '1e+21': 2,
      '10': 2,
    });
  });
});
