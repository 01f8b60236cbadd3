import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { metricOf, type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { asEver, shifted, useDriftingServices } from './drifting-service.ts';

const MODEL = { model_type: 'document' };
const SCORE = { ...MODEL, metric_type: 'distribution' };
const ALERTS = { ...MODEL, alert_type: 'distribution' };
const CLASSES = { ...MODEL, signal: 'class' };

for (const observer of ['thread', 'inline'] as const) {
  describe(`Drift of live traffic, with the observer ${observer === 'thread' ? 'in a thread' : 'inline'}`, () => {
    const start = useDriftingServices();

    it('has no score of too few samples, and each kind of alert at 0', async () => {
      const service = await start({ observer });
      const scrape = await service.recordUntil(
        (seed) => (seed === 1 ? asEver(seed) : []),
        (now) => (now.value('drift_window_samples', CLASSES) === 100 ? now : undefined),
      );
      expect(scrape.value('drift_score', SCORE)).to.equal(undefined);
      expect(scrape.value('drift_reference_loaded', MODEL)).to.equal(1);
      for (const alertType of ['distribution', 'confidence', 'performance', 'feature']) {
        expect(scrape.value('drift_alerts_total', { ...MODEL, alert_type: alertType })).to.equal(0);
      }
    });

    it('stays low while traffic is as ever, rises as it drifts, and raises one alert, which ends as it recovers', async () => {
      const service = await start({ observer });
      const before = await service.recordUntil(asEver, (now) =>
        now.value('drift_window_samples', CLASSES)! >= 1000 ? now.value('drift_score', SCORE) : undefined,
      );
      expect(before).to.be.lessThan(0.05);

      const drifted = await service.recordUntil(shifted, (now) =>
        now.value('drift_alert_active', CLASSES) === 1 && now.value('drift_score', SCORE)! > 0.1 ? now : undefined,
      );
      expect(drifted.value('drift_alerts_total', ALERTS)).to.equal(1);
      expect(drifted.sum('drift_alerts_total', MODEL)).to.equal(1);

      const after = await service.recordUntil(asEver, (now) =>
        now.value('drift_alert_active', CLASSES) === 0 && now.value('drift_score', SCORE)! < 0.05 ? now : undefined,
      );
      expect(after.value('drift_alerts_total', ALERTS)).to.equal(1);
      expect(service.alerts).to.have.length(1);
      const [alert] = service.alerts;
      expect(alert).to.deep.include({ modelType: 'document', modelVersion: 'v1', alertType: 'distribution' });
      expect(alert!.score).to.be.greaterThan(0.1);
      expect(alert!.logEvidence).to.be.at.least(alert!.logThreshold - Math.log(4));
      expect(alert!.window.samples).to.be.greaterThan(100);
      expect(alert!.contributions[0]).to.deep.include({ bin: 'sports' });
    });
  });
}

describe('Drift that is pushed over OTLP', () => {
  const start = useDriftingServices();
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });
  afterEach(() => receiver.close());

  it('has the scores as gauges, and what was added to each bin since the last push where deltas are asked for', async () => {
    const otlp = { url: receiver.url, intervalMs: 50, temporality: 'delta' } as const;
    const service = await start({ otlp });
    for (let seed = 0; seed < 10; seed += 1) {
      service.record(asEver(seed));
    }
    const added = (): number =>
      receiver.requests
        .flatMap(({ metrics }) => metrics.filter(({ name }) => name === 'drift.live.count'))
        .flatMap(({ points }) => points.filter(({ attributes }) => attributes['signal'] === 'class'))
        .reduce((sum, { value }) => sum + value!, 0);
    await eventually(() => (added() === 1000 ? true : undefined));
    await eventually(() => {
      const request = receiver.requests.at(-1);
      const score = metricOf(request, 'drift.score').points.find(
        ({ attributes }) => attributes['metric_type'] === 'distribution' && attributes['model_type'] === 'document',
      );
      expect(score?.value).to.be.within(0, 0.05);
      const alerts = metricOf(request, 'drift.alerts');
      expect(alerts).to.include({ type: 'sum', isMonotonic: true });
      return true;
    });
    expect(added()).to.equal(1000);
  });
});
