import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

const good = {
  modelType: 'm',
  latencyMs: 8,
  success: true,
  confidence: 0.5,
  predictedClass: 'a',
  batchSize: 2,
} as const;

/** What each good field of a record becomes. */
const seriesOfField = {
  latencyMs: 'inference_latency_seconds',
  confidence: 'model_confidence_scores',
  predictedClass: 'prediction_distribution_total',
  batchSize: 'batch_size',
} as const;

type Field = keyof typeof seriesOfField;

const notFinite: readonly unknown[] = [Number.NaN, Infinity, -Infinity];
const noNumbers: readonly unknown[] = ['5', '', true, {}, [], [5], 5n, Symbol('five'), () => 5, new Date(5)];
const noClasses: readonly unknown[] = [Number.NaN, Infinity, {}, [], ['a'], Symbol('a'), () => 'a', new Error('a')];

const badValues: readonly (readonly [field: Field, cause: string, values: readonly unknown[]])[] = [
  ['latencyMs', 'not_finite', notFinite],
  ['latencyMs', 'out_of_range', [-1, -Number.MIN_VALUE, 1e308, 366 * 24 * 3600 * 1000]],
  ['latencyMs', 'wrong_type', noNumbers],
  ['confidence', 'not_finite', notFinite],
  ['confidence', 'out_of_range', [-1, -0.001, 1.001, 92, 1e308]],
  ['confidence', 'wrong_type', noNumbers],
  ['batchSize', 'not_finite', notFinite],
  ['batchSize', 'out_of_range', [0, -0, -1, 1.5, 1e308, 2 ** 31]],
  ['batchSize', 'wrong_type', noNumbers],
  ['predictedClass', 'wrong_type', noClasses],
  ['predictedClass', 'out_of_range', ['']],
];

describe('a value that is none', () => {
  const start = useInlineObservability();

  for (const [field, cause, values] of badValues) {
    it(`is dropped alone and counted: ${field} as ${cause}`, async () => {
      const observability = start();
      for (const value of values) {
        observability.trackInference({ ...good, [field]: value });
      }
      const scrape = await observability.scrape();
      const times = values.length;
      const metric = seriesOfField[field];
      expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.deep.equal([
        { labels: { metric, cause }, value: times },
      ]);
      expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(times);
      for (const [otherField, name] of Object.entries(seriesOfField)) {
        const counted = scrape.sum(name.endsWith('_total') ? name : `${name}_count`);
        expect(counted, name).to.equal(otherField === field ? 0 : times);
      }
    });
  }

  it('is dropped alone from a prediction of a batch', async () => {
    const observability = start();
    observability.trackInference({
      modelType: 'm',
      predictions: [
        { predictedClass: 'a', confidence: 2 },
        { predictedClass: {} as never, confidence: 0.5 },
        null as never,
        undefined as never,
        5 as never,
        {},
      ],
    });
    const scrape = await observability.scrape();
    expect(scrape.sum('prediction_distribution_total')).to.equal(1);
    expect(scrape.sum('model_confidence_scores_count')).to.equal(1);
    expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.have.deep.members([
      { labels: { metric: 'model_confidence_scores', cause: 'out_of_range' }, value: 1 },
      { labels: { metric: 'prediction_distribution_total', cause: 'wrong_type' }, value: 1 },
      { labels: { metric: 'prediction_distribution_total', cause: 'unreadable' }, value: 2 },
    ]);
  });

  it('is nothing at all where it is null, as in records that were JSON', async () => {
    const observability = start();
    observability.trackInference({
      modelType: 'm',
      latencyMs: null,
      confidence: null,
      predictedClass: null,
      batchSize: null,
      errorCode: null,
    } as never);
    const scrape = await observability.scrape();
    expect(scrape.value('inference_requests_total', { status: 'success' })).to.equal(1);
    expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.deep.equal([]);
  });

  it('is counted as dropped where an outcome should be, and never makes a success of a failure', async () => {
    const observability = start();
    for (const success of [1, {}, 'yes']) {
      observability.trackInference({ modelType: 'm', success: success as never });
    }
    for (const success of ['false', 0, '', Number.NaN]) {
      observability.trackInference({ modelType: 'm', success: success as never });
    }
    observability.trackInference({ modelType: 'm', success: 'no' as never, errorCode: 'timeout' });
    observability.trackInference({ modelType: 'm', success: null as never });
    const scrape = await observability.scrape();
    expect(scrape.value('inference_requests_total', { status: 'success' })).to.equal(4);
    expect(scrape.value('inference_requests_total', { status: 'error' })).to.equal(5);
    expect(scrape.value('error_count_total', { error_code: 'unknown' })).to.equal(4);
    expect(
      exactValue(scrape, 'inferometer_dropped_values_total', {
        metric: 'inference_requests_total',
        cause: 'wrong_type',
      }),
    ).to.equal(8);
  });

  it('is dropped where an error code should be, and the failure counts as unknown', async () => {
    const observability = start();
    for (const errorCode of [{}, [], Number.NaN, Number.NaN, Symbol('code'), new Error('code')]) {
      observability.trackInference({ modelType: 'm', success: false, errorCode: errorCode as never });
    }
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'error_count_total', { model_type: 'm', error_code: 'unknown' })).to.equal(6);
    expect(
      exactValue(scrape, 'inferometer_dropped_values_total', { metric: 'error_count_total', cause: 'wrong_type' }),
    ).to.equal(6);
  });

  it('is warned about once a minute for each cause, without telling the value', () => {
    const observability = start();
    for (let time = 0; time < 100; time++) {
      observability.trackInference({ ...good, confidence: 'secret input' as never });
      observability.trackInference({ ...good, confidence: 17 });
      observability.trackInference({ ...good, latencyMs: 'secret input' as never });
    }
    expect(observability.warnings).to.have.length(3);
    expect(observability.warnings[0]).to.equal(
      'inferometer: confidence was not recorded (wrong_type); see ' +
        'inferometer_dropped_values_total{metric="model_confidence_scores"}.',
    );
    expect(observability.warnings.join(' ')).to.not.match(/secret|17/);
  });
});
