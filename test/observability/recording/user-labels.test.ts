import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

const overflow = { otel_metric_overflow: 'true' };

describe('labels that the user declares', () => {
  const start = useInlineObservability();

  it('are told of when their name was mistyped', async () => {
    const observability = start({ labels: { tenant: { max: 50 } } });
    observability.trackInference({ modelType: 'm', labels: { tennant: 'acme' } });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(1);
    expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.deep.equal([
      { labels: { metric: 'inference_requests_total', cause: 'not_declared' }, value: 1 },
    ]);
  });

  it('stand on everything that an inference counts', async () => {
    const observability = start({ labels: { tenant: { max: 50 }, region: { max: 5 } } });
    observability.trackInference({
      modelType: 'm',
      latencyMs: 125,
      confidence: 0.5,
      predictedClass: 'a',
      batchSize: 2,
      labels: { tenant: 'acme', region: 'eu' },
    });
    observability.trackInference({
      modelType: 'm',
      latencyMs: 250,
      errorCode: 'timeout',
      labels: { tenant: 'acme', region: 'eu' },
    });
    const scrape = await observability.scrape();
    const labels = { model_type: 'm', tenant: 'acme', region: 'eu' };
    expect(exactValue(scrape, 'inference_requests_total', { ...labels, status: 'success' })).to.equal(1);
    expect(exactValue(scrape, 'inference_requests_total', { ...labels, status: 'error' })).to.equal(1);
    expect(exactValue(scrape, 'inference_latency_seconds_sum', labels)).to.equal(0.125);
    expect(exactValue(scrape, 'inference_failure_latency_seconds_sum', labels)).to.equal(0.25);
    expect(exactValue(scrape, 'model_confidence_scores_sum', labels)).to.equal(0.5);
    expect(exactValue(scrape, 'prediction_distribution_total', { ...labels, predicted_class: 'a' })).to.equal(1);
    expect(exactValue(scrape, 'batch_size_sum', labels)).to.equal(2);
    expect(exactValue(scrape, 'error_count_total', { ...labels, error_code: 'timeout' })).to.equal(1);
  });

  it('may be given in part, in any order, and as numbers', async () => {
    const observability = start({ labels: { tenant: { max: 50 }, region: { max: 5 } } });
    const labelSets: readonly object[] = [
      { region: 'eu', tenant: 'acme' },
      { tenant: 'acme', region: 'eu' },
      { tenant: 'acme' },
      { region: 'eu' },
      {},
      { tenant: 7 },
      { tenant: '7' },
    ];
    for (const labels of labelSets) {
      observability.trackInference({ modelType: 'm', labels: labels as never });
    }
    observability.trackInference({ modelType: 'm' });
    const scrape = await observability.scrape();
    const count = (labels: object): number | undefined =>
      exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success', ...labels });
    expect(count({ tenant: 'acme', region: 'eu' })).to.equal(2);
    expect(count({ tenant: 'acme' })).to.equal(1);
    expect(count({ region: 'eu' })).to.equal(1);
    expect(count({ tenant: '7' })).to.equal(2);
    expect(count({})).to.equal(2);
  });

  it('are the only ones: what was not declared is ignored', async () => {
    const observability = start({ labels: { tenant: { max: 50 } } });
    observability.trackInference({ modelType: 'm', labels: { user: 'somebody', status: 'fine', le: '1' } });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(1);
  });

  it('are ignored where none was declared', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm', labels: { tenant: 'acme' } });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(1);
  });

  it('tell a canary from the rest by model_version', async () => {
    const observability = start({ labels: { model_version: { max: 5 } }, models: { m: { version: '2' } } });
    observability.trackInference({ modelType: 'm', latencyMs: 125, labels: { model_version: '2' } });
    observability.trackInference({ modelType: 'm', latencyMs: 250, labels: { model_version: '3-canary' } });
    const scrape = await observability.scrape();
    const latency = (version: string): number | undefined =>
      exactValue(scrape, 'inference_latency_seconds_sum', { model_type: 'm', model_version: version });
    expect(latency('2')).to.equal(0.125);
    expect(latency('3-canary')).to.equal(0.25);
    expect(exactValue(scrape, 'inference_model_info', { model_type: 'm', model_version: '2' })).to.equal(1);
  });

  it('can be given when an inference starts, and again when it ends', async () => {
    const observability = start({ labels: { tenant: { max: 50 } } });
    observability.startInference('m', { labels: { tenant: 'first' } }).end();
    observability.startInference('m', { labels: { tenant: 'first' } }).end({ labels: { tenant: 'last' } });
    observability.startInference('m', { labels: { tenant: 'first' } }).end({ labels: undefined, confidence: 0.5 });
    observability.startInference('m', { labels: { tenant: 'first' } }).fail(new Error('no'), null as never);
    const requests = seriesOf(await observability.scrape(), 'inference_requests_total');
    expect(requests.filter(({ value }) => value > 0)).to.have.deep.members([
      { labels: { model_type: 'm', tenant: 'first', status: 'success' }, value: 2 },
      { labels: { model_type: 'm', tenant: 'first', status: 'error' }, value: 1 },
      { labels: { model_type: 'm', tenant: 'last', status: 'success' }, value: 1 },
    ]);
  });

  it('go to the overflow series beyond their limit, one by one', async () => {
    const observability = start({ labels: { tenant: { max: 2 }, region: { max: 1 } } });
    const record = (tenant: string, region: string): void =>
      observability.trackInference({ modelType: 'm', labels: { tenant, region } });
    record('t1', 'eu');
    record('t2', 'eu');
    record('t3', 'eu');
    record('t1', 'us');
    record('t4', 'us');
    record('t1', 'eu');
    const requests = seriesOf(await observability.scrape(), 'inference_requests_total');
    expect(requests.filter(({ value }) => value > 0)).to.have.deep.members([
      { labels: { model_type: 'm', tenant: 't1', region: 'eu', status: 'success' }, value: 2 },
      { labels: { model_type: 'm', tenant: 't2', region: 'eu', status: 'success' }, value: 1 },
      { labels: { model_type: 'm', region: 'eu', ...overflow, status: 'success' }, value: 1 },
      { labels: { model_type: 'm', tenant: 't1', ...overflow, status: 'success' }, value: 1 },
      { labels: { model_type: 'm', ...overflow, status: 'success' }, value: 1 },
    ]);
  });

  it('do not multiply without bound: a model has series for 1,000 sets of them', async () => {
    const observability = start({ labels: { tenant: { max: 100 }, region: { max: 100 } } });
    for (let tenant = 0; tenant < 100; tenant++) {
      for (let region = 0; region < 30; region++) {
        observability.trackInference({ modelType: 'm', labels: { tenant: `t${tenant}`, region: `r${region}` } });
      }
    }
    observability.trackInference({ modelType: 'm', labels: {} });
    const scrape = await observability.scrape();
    const requests = seriesOf(scrape, 'inference_requests_total').filter(({ value }) => value > 0);
    expect(requests).to.have.length(1002);
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(1);
    expect(
      exactValue(scrape, 'inference_requests_total', { model_type: 'm', ...overflow, status: 'success' }),
    ).to.equal(2000);
  });
});
