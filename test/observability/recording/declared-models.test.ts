import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

describe('a declared model', () => {
  const start = useInlineObservability();

  it('has all of its series at 0 before its first inference', async () => {
    const observability = start({
      models: {
        document: {
          version: '2026-11-01',
          owner: 'search',
          classes: ['technology', 'sports', 3],
          errorCodes: ['timeout', 503],
        },
      },
    });
    const scrape = await observability.scrape();
    const model = { model_type: 'document' };
    for (const status of ['success', 'error']) {
      expect(exactValue(scrape, 'inference_requests_total', { ...model, status })).to.equal(0);
    }
    for (const predictedClass of ['technology', 'sports', '3']) {
      const labels = { ...model, predicted_class: predictedClass };
      expect(exactValue(scrape, 'prediction_distribution_total', labels)).to.equal(0);
    }
    for (const errorCode of ['timeout', '503']) {
      expect(exactValue(scrape, 'error_count_total', { ...model, error_code: errorCode })).to.equal(0);
    }
    for (const outcome of ['correct', 'incorrect', 'late', 'unmatched']) {
      expect(exactValue(scrape, 'ground_truth_total', { ...model, outcome })).to.equal(0);
    }
    for (const histogram of [
      'inference_latency_seconds',
      'inference_failure_latency_seconds',
      'model_confidence_scores',
      'batch_size',
    ]) {
      expect(exactValue(scrape, `${histogram}_count`, model), histogram).to.equal(0);
      expect(exactValue(scrape, `${histogram}_sum`, model), histogram).to.equal(0);
    }
    expect(exactValue(scrape, 'inference_in_flight', model)).to.equal(0);
    expect(
      exactValue(scrape, 'inference_model_info', { ...model, model_version: '2026-11-01', owner: 'search' }),
    ).to.equal(1);
  });

  it('has no accuracy before its first true label, for 0 would be a claim', async () => {
    const scrape = await start({ models: { document: {} } }).scrape();
    expect(seriesOf(scrape, 'model_accuracy')).to.have.length(0);
  });

  it('tells of itself also without version and owner', async () => {
    const scrape = await start({ models: { document: {} } }).scrape();
    expect(exactValue(scrape, 'inference_model_info', { model_type: 'document' })).to.equal(1);
  });

  it('is found by names that mean something to JavaScript', async () => {
    const models = JSON.parse('{"__proto__": {"classes": ["constructor", "__proto__"]}, "constructor": {}}') as object;
    const observability = start({ models: models as Record<string, object> });
    observability.trackInference({ modelType: '__proto__', predictedClass: '__proto__' });
    observability.trackInference({ modelType: 'constructor', predictedClass: 'hasOwnProperty' });
    const scrape = await observability.scrape();
    const classes = seriesOf(scrape, 'prediction_distribution_total');
    expect(classes).to.deep.include.members([
      { labels: { model_type: '__proto__', predicted_class: 'constructor' }, value: 0 },
      { labels: { model_type: '__proto__', predicted_class: '__proto__' }, value: 1 },
      { labels: { model_type: 'constructor', predicted_class: 'hasOwnProperty' }, value: 1 },
    ]);
  });

  it('is never cut by a limit, nor are its classes and error codes', async () => {
    const names = (what: string): string[] => Array.from({ length: 20 }, (_, index) => `${what} ${index}`);
    const observability = start({
      models: Object.fromEntries(
        names('model').map((name) => [name, { classes: names('class'), errorCodes: names('code') }]),
      ),
      limits: { models: 1, classesPerModel: 1, errorCodesPerModel: 1 },
    });
    for (const modelType of names('model')) {
      for (let index = 0; index < 20; index++) {
        observability.trackInference({ modelType, predictedClass: `class ${index}`, errorCode: `code ${index}` });
      }
    }
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'prediction_distribution_total').map(({ value }) => value)).to.deep.equal(
      Array(400).fill(1),
    );
    expect(seriesOf(scrape, 'error_count_total').map(({ value }) => value)).to.deep.equal(Array(400).fill(1));
    const labels = [...scrape.families.values()].flatMap(({ samples }) =>
      samples.flatMap((sample) => Object.keys(sample.labels)),
    );
    expect(labels).to.not.include('otel_metric_overflow');
  });

  it('keeps its declared names within what a label may be', async () => {
    const long = 'c'.repeat(300);
    const observability = start({
      models: { document: { classes: [long, '\ud800'], errorCodes: [long] } },
      limits: { classesPerModel: 1, errorCodesPerModel: 1 },
    });
    observability.trackInference({ modelType: 'document', predictedClass: 'other', errorCode: 'other' });
    observability.trackInference({ modelType: 'document', predictedClass: long, errorCode: long });
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'prediction_distribution_total')).to.have.deep.members([
      { labels: { model_type: 'document', predicted_class: 'c'.repeat(256) }, value: 1 },
      { labels: { model_type: 'document', predicted_class: '\ufffd' }, value: 0 },
      { labels: { model_type: 'document', predicted_class: 'other' }, value: 1 },
    ]);
    expect(seriesOf(scrape, 'error_count_total')).to.have.deep.members([
      { labels: { model_type: 'document', error_code: 'c'.repeat(256) }, value: 1 },
      { labels: { model_type: 'document', error_code: 'other' }, value: 1 },
    ]);
  });

  it('may have buckets of its own', async () => {
    const observability = start({
      models: {
        fast: { latencyBucketsSeconds: [0.001, 0.002], confidenceBuckets: [0.5], batchSizeBuckets: [10, 20] },
        slow: {},
      },
      latencyBucketsSeconds: [10, 20],
    });
    for (const modelType of ['fast', 'slow', 'undeclared']) {
      observability.trackInference({ modelType, latencyMs: 1.5, confidence: 0.5, batchSize: 10 });
    }
    const scrape = await observability.scrape();
    const bounds = (name: string, model: string): (string | undefined)[] =>
      seriesOf(scrape, `${name}_bucket`)
        .filter(({ labels }) => labels['model_type'] === model)
        .map(({ labels }) => labels['le']);
    expect(bounds('inference_latency_seconds', 'fast')).to.deep.equal(['0.001', '0.002', '+Inf']);
    expect(bounds('model_confidence_scores', 'fast')).to.deep.equal(['0.5', '+Inf']);
    expect(bounds('batch_size', 'fast')).to.deep.equal(['10.0', '20.0', '+Inf']);
    for (const model of ['slow', 'undeclared']) {
      expect(bounds('inference_latency_seconds', model)).to.deep.equal(['10.0', '20.0', '+Inf']);
      expect(bounds('batch_size', model)).to.have.length(12);
    }
  });
});

describe('a model that nobody declared', () => {
  const start = useInlineObservability();

  it('has both outcomes from its first inference on', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'image' });
    expect(seriesOf(await observability.scrape(), 'inference_requests_total')).to.have.deep.members([
      { labels: { model_type: 'image', status: 'success' }, value: 1 },
      { labels: { model_type: 'image', status: 'error' }, value: 0 },
    ]);
  });

  it('has no series of what it never had', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'image', latencyMs: 5 });
    const names = [...(await observability.scrape()).families.keys()];
    expect(names).to.not.include.members(['model_confidence_scores']);
    expect(names).to.not.include.members(['batch_size']);
    expect(names).to.not.include.members(['inference_failure_latency_seconds']);
    expect(names).to.not.include.members(['inference_model_info']);
  });
});
