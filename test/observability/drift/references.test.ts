import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type PredictionRow, saveReferenceProfile } from '@inferometer/drift-metrics';
import { expect } from 'chai';
import { referenceOf } from '../../drift-metrics/support/predictions.ts';
import { temporaryFolder } from '../../drift-metrics/support/temporary-folder.ts';
import { eventually } from '../../support/eventually.ts';
import { asEver, type DriftingService, useDriftingServices } from './drifting-service.ts';

const MODEL = { model_type: 'document' };

async function loaded(service: DriftingService): Promise<number> {
  return eventually(async () => (await service.scrape()).value('drift_reference_loaded', MODEL));
}

describe('The reference of a model', () => {
  const start = useDriftingServices();
  const file = temporaryFolder();

  for (const [what, reference] of [
    ['a path', (path: string) => path],
    ['a file URL', (path: string) => pathToFileURL(path)],
    ['what stands in the file', () => JSON.parse(JSON.stringify(referenceOf())) as Record<string, unknown>],
  ] as const) {
    it(`may be given as ${what}, and counts from the first inference on`, async () => {
      const path = file('document reference.json');
      saveReferenceProfile(referenceOf(), path);
      const service = await start({ models: { document: { reference: reference(path) } } });
      service.record(asEver(1));
      expect(await loaded(service)).to.equal(1);
      expect((await service.scrape()).sum('drift_live_count_total', { ...MODEL, signal: 'class' })).to.equal(100);
      expect(service.warnings).to.deep.equal([]);
    });
  }

  for (const observer of ['thread', 'inline'] as const) {
    it(`is learned of as many predictions as it takes, all of them recorded at once (observer ${observer})`, async () => {
      const features = { text_length: 100 };
      const ofSameLength = (seed: number): PredictionRow[] =>
        asEver(seed).map((row) => Object.assign(row, { features }));
      const service = await start(
        { observer, models: { document: { reference: { warmUp: { samples: 200 } } } } },
        (starting) => {
          // Nothing to learn of, so it must not take the place of a prediction.
          starting.observability.trackInference({ modelType: 'document' });
          starting.record(ofSameLength(1));
          starting.record(ofSameLength(2));
          // The caller's object is the caller's: what it held when it was recorded is learned.
          features.text_length = 1e9;
        },
      );
      await eventually(async () => ((await loaded(service)) === 1 ? true : undefined));
      expect((await service.scrape()).value('drift_reference_warmup', MODEL)).to.equal(1);
      features.text_length = 100;
      service.record(ofSameLength(3));
      const scrape = await service.scrape();
      expect(scrape.sum('drift_live_count_total', { ...MODEL, signal: 'class' })).to.equal(100);
      const lengths = { ...MODEL, signal: 'feature:text_length', bin: '100' };
      expect(scrape.value('drift_live_count_total', lengths)).to.equal(100);
      expect(service.warnings).to.deep.equal([]);
    });
  }

  it('is learned of no more predictions than it takes, though more are recorded at once', async () => {
    const service = await start({ models: { document: { reference: { warmUp: { samples: 100 } } } } }, (starting) => {
      starting.record(asEver(1));
      starting.record(asEver(2).map((row) => Object.assign(row, { predictedClass: 'never seen before' })));
    });
    await eventually(async () => ((await loaded(service)) === 1 ? true : undefined));
    service.record([{ predictedClass: 'never seen before', confidence: 0.5 }]);
    const scrape = await service.scrape();
    expect(scrape.sum('drift_live_count_total', { ...MODEL, signal: 'class', bin: 'never seen before' })).to.equal(0);
    expect(scrape.sum('drift_live_count_total', { ...MODEL, signal: 'class' })).to.equal(1);
  });

  const damaged = JSON.stringify(referenceOf()).replace('"samples":5000', '"samples":5001');
  for (const [what, content, message] of [
    [
      'is missing',
      undefined,
      /^inferometer: no drift for the model document: the reference .+ cannot be read: .*ENOENT/,
    ],
    ['is no JSON', '{"schema', /is not JSON; make it again with inferometer profile/],
    ['was edited', damaged, /is damaged or was edited/],
    ['is of another model', JSON.stringify(referenceOf(100, 'digit')), /is of the model "digit", not of "document"/],
  ] as const) {
    it(`costs the drift of that model and nothing else where its file ${what}`, async () => {
      const path = file(`${what}.json`);
      if (content !== undefined) {
        writeFileSync(path, content);
      }
      const service = await start({
        models: { document: { reference: path }, digit: { reference: referenceOf(1000, 'digit') } },
      });
      service.record(asEver(1));
      expect(await loaded(service)).to.equal(0);
      const scrape = await service.scrape();
      expect(scrape.value('drift_reference_loaded', { model_type: 'digit' })).to.equal(1);
      expect(scrape.sum('inference_requests_total', MODEL)).to.equal(100);
      expect(scrape.sum('drift_live_count_total', MODEL)).to.equal(0);
      expect(service.warnings).to.have.length(1);
      expect(service.warnings[0]).to.match(message);
    });
  }

  it('is not looked at where drift is switched off', async () => {
    const service = await start({ models: { document: { reference: '/nowhere.json' } }, drift: false });
    service.record(asEver(1));
    const scrape = await service.scrape();
    expect(scrape.families.has('drift_reference_loaded')).to.equal(false);
    expect(service.warnings).to.deep.equal([]);
  });

  it('leaves a score that is set by hand alone, until that is set to null', async () => {
    const service = await start();
    const score = { ...MODEL, metric_type: 'distribution' };
    const computed = await service.recordUntil(asEver, (now) => now.value('drift_score', score));
    expect(computed).to.be.lessThan(0.1);
    const { observability } = service;
    observability.updateDriftMetrics({ modelType: 'document', distributionDrift: 0.7, alerts: ['distribution'] });
    observability.updateDriftMetrics({ distributionDrift: 0.3 });
    await service.recordUntil(asEver, (now) =>
      now.value('drift_window_samples', { ...MODEL, signal: 'class' })! > 1500 ? now : undefined,
    );
    const scrape = await service.scrape();
    expect(scrape.value('drift_score', score)).to.equal(0.7);
    // By hand and by monitor: alerts are things that happened, and add up.
    expect(scrape.value('drift_alerts_total', { ...MODEL, alert_type: 'distribution' })).to.equal(1);
    observability.updateDriftMetrics({ modelType: 'document', distributionDrift: null });
    expect((await service.scrape()).value('drift_score', score)).to.be.lessThan(0.1);
  });

  it('compares several models, each with its own', async () => {
    const service = await start({
      models: { document: { reference: referenceOf() }, digit: { reference: referenceOf(1000, 'digit') } },
    });
    const scrape = await service.recordUntil(asEver, (now) =>
      now.value('drift_window_samples', { ...MODEL, signal: 'class' })! >= 600 ? now : undefined,
    );
    expect(scrape.value('drift_window_samples', { model_type: 'digit', signal: 'class' })).to.equal(0);
    expect(scrape.value('drift_reference_samples', { model_type: 'digit', signal: 'class' })).to.equal(1000);
    expect(scrape.value('drift_score', { model_type: 'digit', metric_type: 'distribution' })).to.equal(undefined);
  });
});
