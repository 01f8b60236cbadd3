import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

const overflow = { otel_metric_overflow: 'true' };

describe('beyond a limit', () => {
  const start = useInlineObservability();

  it('classes are counted together, under every label but the class', async () => {
    const observability = start({ limits: { classesPerModel: 3 } });
    for (let index = 0; index < 10; index++) {
      observability.trackInference({ modelType: 'm', predictedClass: `class ${index}` });
      observability.trackInference({ modelType: 'other', predictedClass: `class ${9 - index}` });
    }
    observability.trackInference({ modelType: 'm', predictedClass: 'class 1' });
    observability.trackInference({ modelType: 'm', predictedClass: 'class 9' });
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'prediction_distribution_total')).to.have.deep.members([
      { labels: { model_type: 'm', predicted_class: 'class 0' }, value: 1 },
      { labels: { model_type: 'm', predicted_class: 'class 1' }, value: 2 },
      { labels: { model_type: 'm', predicted_class: 'class 2' }, value: 1 },
      { labels: { model_type: 'm', ...overflow }, value: 8 },
      { labels: { model_type: 'other', predicted_class: 'class 9' }, value: 1 },
      { labels: { model_type: 'other', predicted_class: 'class 8' }, value: 1 },
      { labels: { model_type: 'other', predicted_class: 'class 7' }, value: 1 },
      { labels: { model_type: 'other', ...overflow }, value: 7 },
    ]);
  });

  it('error codes are counted together, but unknown and aborted always have series', async () => {
    const observability = start({ limits: { errorCodesPerModel: 2 } });
    for (const errorCode of ['a', 'b', 'c', 'd', 'unknown', 'aborted', 'a']) {
      observability.trackInference({ modelType: 'm', errorCode });
    }
    observability.trackInference({ modelType: 'm', success: false });
    expect(seriesOf(await observability.scrape(), 'error_count_total')).to.have.deep.members([
      { labels: { model_type: 'm', error_code: 'a' }, value: 2 },
      { labels: { model_type: 'm', error_code: 'b' }, value: 1 },
      { labels: { model_type: 'm', error_code: 'unknown' }, value: 2 },
      { labels: { model_type: 'm', error_code: 'aborted' }, value: 1 },
      { labels: { model_type: 'm', ...overflow }, value: 2 },
    ]);
  });

  it('models are counted together with their statuses, classes, codes, phases and truths', async () => {
    const observability = start({ limits: { models: 1 } });
    for (const modelType of ['first', 'second', 'third']) {
      const timer = observability.startInference(modelType);
      timer.phase('run');
      timer.end({ predictedClass: 'a', confidence: 0.5, requestId: modelType });
      observability.trackInference({ modelType, latencyMs: 1000, errorCode: 'timeout', batchSize: 2 });
      observability.recordGroundTruth(modelType, 'a');
      observability.recordGroundTruth({ modelType, predictedClass: 'a', actualClass: 'b' });
    }
    const running = observability.startInference('fourth');
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'inference_requests_total')).to.have.deep.members([
      { labels: { model_type: 'first', status: 'success' }, value: 1 },
      { labels: { model_type: 'first', status: 'error' }, value: 1 },
      { labels: { ...overflow, status: 'success' }, value: 2 },
      { labels: { ...overflow, status: 'error' }, value: 2 },
    ]);
    expect(exactValue(scrape, 'prediction_distribution_total', { ...overflow, predicted_class: 'a' })).to.equal(2);
    expect(exactValue(scrape, 'error_count_total', { ...overflow, error_code: 'timeout' })).to.equal(2);
    expect(exactValue(scrape, 'inference_failure_latency_seconds_sum', overflow)).to.equal(2);
    expect(exactValue(scrape, 'inference_latency_seconds_count', overflow)).to.equal(2);
    expect(exactValue(scrape, 'model_confidence_scores_count', overflow)).to.equal(2);
    expect(exactValue(scrape, 'batch_size_sum', overflow)).to.equal(4);
    expect(exactValue(scrape, 'inference_phase_seconds_count', { ...overflow, phase: 'run' })).to.equal(2);
    expect(exactValue(scrape, 'inference_in_flight', overflow)).to.equal(1);
    expect(exactValue(scrape, 'ground_truth_total', { ...overflow, outcome: 'correct' })).to.equal(2);
    expect(exactValue(scrape, 'ground_truth_total', { ...overflow, outcome: 'incorrect' })).to.equal(2);
    expect(exactValue(scrape, 'model_accuracy', overflow)).to.equal(0.5);
    running.end();
  });

  it('the model unknown still has series of its own', async () => {
    const observability = start({ limits: { models: 1 } });
    for (const modelType of ['first', 'second', undefined]) {
      observability.trackInference({ modelType } as never);
    }
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'unknown', status: 'success' })).to.equal(1);
    expect(exactValue(scrape, 'inference_requests_total', { ...overflow, status: 'success' })).to.equal(1);
  });

  it('phases are counted together: a model has 32 at most', async () => {
    const observability = start();
    for (let index = 0; index < 40; index++) {
      const timer = observability.startInference('m');
      timer.phase(`phase ${index}`);
      timer.end();
    }
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'inference_phase_seconds_count')).to.have.length(33);
    expect(exactValue(scrape, 'inference_phase_seconds_count', { model_type: 'm', ...overflow })).to.equal(8);
  });

  it('of everything at once the overflow series hold what is left, and nothing is lost', async () => {
    const observability = start({
      labels: { tenant: { max: 1 } },
      limits: { models: 1, classesPerModel: 1, errorCodesPerModel: 1 },
    });
    for (const modelType of ['m1', 'm2']) {
      for (const tenant of ['t1', 't2', undefined]) {
        for (const value of ['v1', 'v2', 'v3']) {
          const labels = { tenant } as never;
          observability.trackInference({ modelType, predictedClass: value, labels, latencyMs: 125, confidence: 0.5 });
          observability.trackInference({ modelType, errorCode: value, success: false, labels });
        }
      }
    }
    const scrape = await observability.scrape();
    expect(scrape.sum('inference_requests_total')).to.equal(36);
    expect(scrape.sum('prediction_distribution_total')).to.equal(18);
    expect(scrape.sum('error_count_total')).to.equal(18);
    expect(scrape.sum('inference_latency_seconds_sum')).to.equal(18 / 8);
    expect(scrape.sum('model_confidence_scores_count')).to.equal(18);
    // One and the same series, whichever of the labels went over: tenant, class, or both.
    expect(exactValue(scrape, 'prediction_distribution_total', overflow)).to.equal(4);
  });

  it('the defaults are 50 models, and 200 classes and 50 error codes of each', async () => {
    const observability = start();
    for (let index = 0; index < 300; index++) {
      observability.trackInference({ modelType: `model ${index}` });
      observability.trackInference({ modelType: 'model 0', predictedClass: `class ${index}` });
      observability.trackInference({ modelType: 'model 0', errorCode: `code ${index}` });
    }
    const scrape = await observability.scrape();
    const withLabel = (name: string, label: string): number =>
      new Set(seriesOf(scrape, name).flatMap(({ labels }) => labels[label] ?? [])).size;
    expect(withLabel('inference_requests_total', 'model_type')).to.equal(50);
    expect(withLabel('prediction_distribution_total', 'predicted_class')).to.equal(200);
    expect(withLabel('error_count_total', 'error_code')).to.equal(50);
    expect(exactValue(scrape, 'inference_requests_total', { ...overflow, status: 'success' })).to.equal(250);
  });
});
