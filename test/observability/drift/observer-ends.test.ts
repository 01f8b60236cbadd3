import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { asEver, shifted, useDriftingServices } from './drifting-service.ts';

const MODEL = { model_type: 'document' };
const CLASSES = { ...MODEL, signal: 'class' };
const SCORE = { ...MODEL, metric_type: 'distribution' };
const ALERTS = { ...MODEL, alert_type: 'distribution' };

/** Rows that come without true labels, so that a test can record many. */
const unlabelled = (seed: number): ReturnType<typeof shifted> =>
  shifted(seed).map(({ predictedClass, confidence }) => ({ predictedClass, confidence }));

describe('Drift alerts', () => {
  const start = useDriftingServices();
  const threads = new Set<Worker>();
  const keep = (thread: Worker): void => {
    threads.add(thread);
  };

  before(() => process.on('worker', keep));
  after(() => process.off('worker', keep));
  beforeEach(() => threads.clear());

  it('and panes outlive the observer: nothing is raised again, and what comes next is', async () => {
    const service = await start({ observer: 'thread' });
    const before = await service.recordUntil(shifted, (now) =>
      now.value('drift_score', SCORE)! > 0.1 && service.alerts.length === 1 ? now : undefined,
    );
    const samples = before.value('drift_window_samples', CLASSES)!;

    for (const thread of threads) {
      await thread.terminate();
    }
    const after = await eventually(async () => {
      const now = await service.scrape();
      return now.value('inferometer_observer_restarts_total') === 1 && now.value('drift_alert_active', CLASSES) === 1
        ? now
        : undefined;
    });
    expect(after.value('drift_window_samples', CLASSES)).to.be.at.least(samples);
    expect(after.value('drift_score', SCORE)).to.be.greaterThan(0.1);
    expect(after.value('drift_alerts_total', ALERTS)).to.equal(1);

    await service.recordUntil(asEver, (now) => (now.value('drift_alert_active', CLASSES) === 0 ? now : undefined));
    expect(service.alerts).to.have.length(1);
    const again = await service.recordUntil(shifted, (now) =>
      now.value('drift_alerts_total', ALERTS) === 2 ? now : undefined,
    );
    expect(again.value('inferometer_observer_restarts_total')).to.equal(1);
    await eventually(() => (service.alerts.length === 2 ? true : undefined));
  });

  it('that are raised while the main thread is blocked are told afterwards, once', async () => {
    const service = await start({ observer: 'thread' });
    await service.recordUntil(asEver, (now) => (now.value('drift_window_samples', CLASSES) === 2000 ? now : undefined));

    const blockedUntil = performance.now() + 1500;
    for (let seed = 0; performance.now() < blockedUntil; seed += 1) {
      service.record(unlabelled(seed));
      const next = performance.now() + 15;
      while (performance.now() < next) {
        // As an inference does that computes.
      }
    }
    const unblockedMs = Date.now();
    expect(service.alerts).to.have.length(0);
    await eventually(() => (service.alerts.length > 0 ? true : undefined));
    expect(service.alerts[0]!.raisedMs).to.be.lessThan(unblockedMs);
    const scrape = await service.scrape();
    expect(scrape.value('drift_alerts_total', ALERTS)).to.equal(1);
    expect(service.alerts).to.have.length(1);
  });

  for (const [how, fail] of [
    [
      'throws',
      (): void => {
        throw new Error('the pager is out of order');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the pager is out of order'))],
  ] as const) {
    it(`cost nothing but a message where the callback ${how}`, async () => {
      let calls = 0;
      const onDriftAlert = (): unknown => {
        calls += 1;
        return fail();
      };
      const service = await start({ drift: { onDriftAlert } });
      await service.recordUntil(shifted, (now) => (now.value('drift_alerts_total', ALERTS) === 1 ? now : undefined));
      await service.recordUntil(asEver, (now) => (now.value('drift_alert_active', CLASSES) === 0 ? now : undefined));
      await service.recordUntil(shifted, (now) => (now.value('drift_alerts_total', ALERTS) === 2 ? now : undefined));
      await eventually(() => (calls === 2 ? true : undefined));
      expect(service.warnings.filter((message) => /onDriftAlert failed/.test(message))).to.have.length(2);
    });
  }
});
