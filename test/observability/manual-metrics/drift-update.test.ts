import { expect } from 'chai';
import { exactValue, seriesOf, useInlineObservability } from '../recording/inline-observability.ts';

describe('updateDriftMetrics', () => {
  const start = useInlineObservability();

  it('sets the scores that it is given, and leaves the others alone', async () => {
    const observability = start();
    observability.updateDriftMetrics({ distributionDrift: 0.08, confidenceDrift: 0.12, performanceDrift: 0.02 });
    observability.updateDriftMetrics({ performanceDrift: -0.5 });
    expect(seriesOf(await observability.scrape(), 'drift_score')).to.have.deep.members([
      { labels: { metric_type: 'distribution' }, value: 0.08 },
      { labels: { metric_type: 'confidence' }, value: 0.12 },
      { labels: { metric_type: 'performance' }, value: -0.5 },
    ]);
  });

  it('keeps the scores of a model apart from those of the service', async () => {
    const observability = start();
    observability.updateDriftMetrics({ distributionDrift: 1 });
    observability.updateDriftMetrics({ distributionDrift: 2, modelType: 'document' });
    expect(seriesOf(await observability.scrape(), 'drift_score')).to.have.deep.members([
      { labels: { metric_type: 'distribution' }, value: 1 },
      { labels: { metric_type: 'distribution', model_type: 'document' }, value: 2 },
    ]);
  });

  it('makes what is set to null disappear', async () => {
    const observability = start();
    observability.updateDriftMetrics({ distributionDrift: 1, confidenceDrift: 1 });
    observability.updateDriftMetrics({ distributionDrift: null, performanceDrift: null });
    expect(seriesOf(await observability.scrape(), 'drift_score')).to.deep.equal([
      { labels: { metric_type: 'confidence' }, value: 1 },
    ]);
  });

  it('counts alerts, whose types are known and stand at 0 from the start', async () => {
    const observability = start();
    const alerts = async (labels: object = {}): Promise<(number | undefined)[]> => {
      const scrape = await observability.scrape();
      return ['distribution', 'confidence', 'performance'].map((type) =>
        exactValue(scrape, 'drift_alerts_total', { alert_type: type, ...labels }),
      );
    };
    expect(await alerts()).to.deep.equal([0, 0, 0]);
    observability.updateDriftMetrics({ alerts: ['distribution', 'performance'] });
    observability.updateDriftMetrics({ alerts: ['distribution'] });
    observability.updateDriftMetrics({ alerts: ['confidence'], modelType: 'document' });
    expect(await alerts()).to.deep.equal([2, 0, 1]);
    expect(await alerts({ model_type: 'document' })).to.deep.equal([0, 1, 0]);
  });

  const badValues: readonly (readonly [what: string, update: object, metric: string, cause: string, times: number])[] =
    [
      ['NaN', { distributionDrift: Number.NaN }, 'drift_score', 'not_finite', 1],
      ['Infinity', { confidenceDrift: -Infinity }, 'drift_score', 'not_finite', 1],
      ['a number in a text', { performanceDrift: '0.1' }, 'drift_score', 'wrong_type', 1],
      [
        'a score that cannot be read',
        {
          get distributionDrift(): number {
            throw new Error('no');
          },
        },
        'drift_score',
        'unreadable',
        1,
      ],
      [
        'alerts of no known type',
        { alerts: ['latency', '__proto__', 5, null] },
        'drift_alerts_total',
        'out_of_range',
        4,
      ],
      ['a text in place of alerts', { alerts: 'distribution' }, 'drift_alerts_total', 'wrong_type', 1],
      [
        'alerts without end',
        {
          alerts: {
            *[Symbol.iterator](): Generator<string> {
              for (;;) {
                yield 'distribution';
              }
            },
          },
        },
        'drift_alerts_total',
        'wrong_type',
        1,
      ],
      ['a model that is none', { distributionDrift: 9, modelType: {} }, 'drift_score', 'wrong_type', 1],
    ];
  for (const [what, update, metric, cause, times] of badValues) {
    it(`drops and counts ${what}, alone`, async () => {
      const observability = start();
      observability.updateDriftMetrics({ distributionDrift: 1, confidenceDrift: 2, performanceDrift: 3 });
      observability.updateDriftMetrics(update);
      const scrape = await observability.scrape();
      expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.deep.equal([
        { labels: { metric, cause }, value: times },
      ]);
      expect(seriesOf(scrape, 'drift_score').map(({ value }) => value)).to.have.members([1, 2, 3]);
      expect(scrape.sum('drift_alerts_total')).to.equal(0);
    });
  }

  it('has room for as many models as the limit allows, and for those that are declared', async () => {
    const observability = start({ limits: { models: 2 }, models: { declared: {} } });
    for (const modelType of ['a', 'b', 'c', 'd', 'declared']) {
      observability.updateDriftMetrics({ distributionDrift: 1, alerts: ['distribution'], modelType });
    }
    const scrape = await observability.scrape();
    const models = seriesOf(scrape, 'drift_score').map(({ labels }) => labels['model_type']);
    expect(models).to.have.members(['a', 'b', 'declared']);
    expect(scrape.sum('inferometer_dropped_values_total', { metric: 'drift_score' })).to.equal(2);
  });
});
