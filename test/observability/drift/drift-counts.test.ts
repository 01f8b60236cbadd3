import { createReferenceProfile } from '@inferometer/drift-metrics';
import type { InferenceRecord } from '@inferometer/observability';
import { expect } from 'chai';
import { predictions, referenceOf } from '../../drift-metrics/support/predictions.ts';
import type { Scrape } from '../../support/scrape.ts';
import { heapInUse } from '../recording/heap-in-use.ts';
import { useInlineObservability } from '../recording/inline-observability.ts';

const reference = referenceOf();

function live(scrape: Scrape, signal: string, bin?: string): number {
  return scrape.sum('drift_live_count_total', {
    model_type: 'document',
    signal,
    ...(bin === undefined ? {} : { bin }),
  });
}

describe('The counts that drift is judged by', () => {
  const start = useInlineObservability();

  it('are of every way to record', async () => {
    const observability = start({ models: { document: { reference } } });
    const outcome = { predictedClass: 'sports', confidence: 0.9, features: { text_length: 10 } };
    observability.trackInference({ modelType: 'document', ...outcome });
    observability.startInference('document').end(outcome);
    observability.instrument('document', () => outcome, { extract: (result) => result })();
    observability.trackInference({
      modelType: 'document',
      features: { text_length: 10 },
      predictions: [outcome, { predictedClass: 'news', confidence: 0.8 }, { predictedClass: 'weather' }],
    });
    const scrape = await observability.scrape();
    expect(live(scrape, 'class', 'sports')).to.equal(4);
    expect(live(scrape, 'class', 'news')).to.equal(1);
    expect(live(scrape, 'class', 'other')).to.equal(1);
    expect(live(scrape, 'confidence')).to.equal(5);
    // Features are of requests.
    expect(live(scrape, 'feature:text_length')).to.equal(4);
  });

  it('are not of inferences that warm a model up, whose inputs are made up', async () => {
    const observability = start({ models: { document: { reference } } });
    const outcome = { predictedClass: 'sports', confidence: 0.9, features: { text_length: 10 } };
    const batch = [{ predictedClass: 'news', confidence: 0.8 }, { confidence: null as never }];
    for (let call = 0; call < 2; call += 1) {
      observability.trackInference({ modelType: 'document', warmup: true, ...outcome, predictions: batch });
      observability.startInference('document', { warmup: true }).end(outcome);
    }
    const scrape = await observability.scrape();
    expect(scrape.sum('drift_live_count_total', { model_type: 'document' })).to.equal(0);
    expect(scrape.sum('inference_requests_total', { model_type: 'document' })).to.equal(4);
  });

  it('know the classes of the reference, also those that the limit of labels cuts, under any label', async () => {
    const observability = start({
      models: { document: { reference } },
      limits: { classesPerModel: 1 },
      labels: { tenant: { max: 5 } },
    });
    const classes = ['news', 'sports', 'technology'];
    for (const [place, predictedClass] of [...classes, ...classes].entries()) {
      observability.trackInference({ modelType: 'document', predictedClass, labels: { tenant: `t${place}` } });
    }
    const scrape = await observability.scrape();
    expect(classes.map((name) => live(scrape, 'class', name))).to.deep.equal([2, 2, 2]);
    expect(scrape.value('prediction_distribution_total', { predicted_class: 'sports' })).to.equal(undefined);
  });

  it('hold numbers and booleans for the classes that their texts are', async () => {
    const rows = ['1', '2', 'true'].map((predictedClass) => ({ predictedClass }));
    const numbered = createReferenceProfile(rows, { modelType: 'document' });
    const observability = start({ models: { document: { reference: numbered } } });
    for (const predictedClass of [1, '1', 2, true, 'true', 3]) {
      observability.trackInference({ modelType: 'document', predictedClass });
      observability.trackInference({ modelType: 'document', predictedClass });
    }
    const scrape = await observability.scrape();
    expect(['1', '2', 'true', 'other'].map((bin) => live(scrape, 'class', bin))).to.deep.equal([4, 2, 4, 2]);
  });

  it('survive features that cannot be read, which are counted as dropped', async () => {
    const observability = start({ models: { document: { reference } } });
    const throwing = {
      get text_length(): number {
        throw new Error('no');
      },
    };
    const hostile = new Proxy({}, { get: () => throwing.text_length });
    for (const features of [throwing, hostile, 'text', 7, null, []] as unknown[]) {
      observability.trackInference({ modelType: 'document', confidence: 0.9, features } as InferenceRecord);
    }
    const scrape = await observability.scrape();
    expect(live(scrape, 'confidence')).to.equal(6);
    expect(live(scrape, 'feature:text_length', 'missing')).to.equal(1);
    const dropped = { metric: 'drift_live_count_total' };
    expect(scrape.value('inferometer_dropped_values_total', { ...dropped, cause: 'unreadable' })).to.equal(2);
    expect(scrape.value('inferometer_dropped_values_total', { ...dropped, cause: 'wrong_type' })).to.equal(2);
    expect(scrape.sum('inference_requests_total', { model_type: 'document' })).to.equal(6);
  });

  it('take no more memory after a million inferences than before', () => {
    const observability = start({ models: { document: { reference } }, drift: { evaluationIntervalMs: 10 } });
    const records = predictions(1000, 5).map((row) => Object.assign(row, { modelType: 'document' }) as InferenceRecord);
    const recordAll = (times: number): void => {
      for (let time = 0; time < times; time += 1) {
        for (const record of records) {
          observability.trackInference(record);
        }
      }
    };
    recordAll(100);
    const before = heapInUse();
    recordAll(1000);
    expect(heapInUse() - before).to.be.lessThan(500_000);
  });
});
