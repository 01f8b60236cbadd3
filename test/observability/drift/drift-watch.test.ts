import { expect } from 'chai';
import {
  createReferenceProfile,
  type DriftAlert,
  type PredictionRow,
  type ReferenceProfile,
} from '@inferometer/drift-metrics';
import { createDriftReferences } from '../../../packages/observability/src/main-thread/drift-references.ts';
import { createRecordingSide, type RecordingSide } from '../../../packages/observability/src/recording-side.ts';
import { createDroppedValues } from '../../../packages/observability/src/diagnostics/dropped-values.ts';
import { createDriftWatch, type DriftWatch } from '../../../packages/observability/src/observer/drift/drift-watch.ts';
import type { NumberedAlert } from '../../../packages/observability/src/observer/drift/drift-model.ts';
import { createStoreProducer } from '../../../packages/observability/src/observer/store-producer.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import { createAnnouncementLog } from '../../../packages/observability/src/store/announcement-log.ts';
import {
  createAdmissionTable,
  createLabelAdmission,
} from '../../../packages/observability/src/store/label-admission.ts';
import { createSeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import { predictions, referenceOf } from '../../drift-metrics/support/predictions.ts';

const MINUTE_MS = 60_000;
const MAIN = 0;

/** A service with a clock of its own: recording, log and observer are the real ones, in one thread and without timers. */
class ClockedService {
  nowMs = 1e12;
  readonly alerts: DriftAlert[] = [];
  readonly recording: RecordingSide;
  /** Whether what the observer tells arrives. */
  isHeard = true;
  readonly #log = createAnnouncementLog();
  readonly #references;
  readonly #settings;
  #watch!: DriftWatch;
  #observers = 0;
  #points: () => Promise<ReadonlyMap<string, number>> = () => Promise.resolve(new Map());

  constructor(reference: ReferenceProfile, drift: object = {}) {
    const { options } = resolveOptions({ models: { [reference.modelType]: { reference } }, drift }, {});
    const now = (): number => this.nowMs;
    const store = createSeriesStore({ writer: MAIN, announce: (announcement) => this.#log.record(announcement), now });
    this.#settings = options.drift === false ? undefined! : options.drift.settings;
    this.#references = createDriftReferences({
      options,
      store,
      onDriftAlert: (alert) => this.alerts.push(alert),
      now,
    })!;
    this.recording = createRecordingSide({
      store,
      dropped: createDroppedValues(store, now),
      admission: createLabelAdmission(createAdmissionTable(1000)),
      options,
      references: this.#references,
      now,
      monotonicMs: now,
    });
    this.startObserver();
  }

  /** As after the end of the one before. */
  startObserver(): void {
    const now = (): number => this.nowMs;
    const reader = createStoreReader({ now });
    if (this.#observers > 0) {
      this.#log.retire(this.#observers * 2 - 1);
    }
    this.#observers += 1;
    const store = createSeriesStore({
      writer: this.#observers * 2 - 1,
      announce: (announcement) => this.#log.record(announcement),
      now,
    });
    this.#log.follow((announcement) => reader.accept(announcement));
    const onAlert = (alert: NumberedAlert): void => {
      if (this.isHeard) {
        this.#references.accept(alert);
      }
    };
    const watch = createDriftWatch({ settings: this.#settings, store, reader, onAlert, now });
    this.#references.followModels((model) => watch.watch(model));
    this.#watch = watch;
    const producer = createStoreProducer(reader, now);
    this.#points = async () => {
      const { resourceMetrics } = await producer.collect();
      const values = new Map<string, number>();
      for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)) {
        for (const { attributes, value } of dataPoints) {
          if (attributes['model_type'] === undefined) {
            continue;
          }
          const labels = Object.keys(attributes)
            .filter((label) => label !== 'model_type')
            .sort()
            .map((label) => String(attributes[label]));
          values.set([descriptor.name, ...labels].join(' '), value as number);
        }
      }
      return values;
    };
  }

  /** Records rows, lets a minute go by, evaluates. */
  minute(rows: readonly PredictionRow[], ms: number = MINUTE_MS): void {
    for (const row of rows) {
      this.recording.trackInference({ modelType: 'document', ...row } as never);
      if (typeof row.correct === 'boolean') {
        const truth = { modelType: 'document', predictedClass: 'a', actualClass: row.correct ? 'a' : 'b' };
        this.recording.recordGroundTruth(truth);
      }
    }
    this.nowMs += ms;
    this.#watch.evaluate();
  }

  points(): Promise<ReadonlyMap<string, number>> {
    return this.#points();
  }
}

const drifted = (seed: number): PredictionRow[] =>
  predictions(200, seed).map((row, place) => (place % 2 === 0 ? Object.assign(row, { predictedClass: 'news' }) : row));

describe('The drift of a service, minute by minute', () => {
  it('raises no alert in a day of traffic like the reference', () => {
    const service = new ClockedService(referenceOf());
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      service.minute(predictions(120, 10_000 + minute));
    }
    expect(service.alerts).to.deep.equal([]);
  });

  it('raises one alert some minutes after classes change, and ends it after an hour of recovery', async () => {
    const service = new ClockedService(referenceOf());
    for (let minute = 0; minute < 60; minute += 1) {
      service.minute(predictions(200, 20_000 + minute));
    }
    const changedMs = service.nowMs;
    for (let minute = 0; minute < 30; minute += 1) {
      service.minute(drifted(30_000 + minute));
    }
    expect(service.alerts).to.have.length(1);
    expect(service.alerts[0]!.raisedMs - changedMs).to.be.at.most(5 * MINUTE_MS);
    expect(service.alerts[0]!.window.startMs).to.be.within(changedMs - 5 * MINUTE_MS, changedMs + 5 * MINUTE_MS);
    expect((await service.points()).get('drift.alert.active class')).to.equal(1);
    for (let minute = 0; minute < 70; minute += 1) {
      service.minute(predictions(200, 40_000 + minute));
    }
    const points = await service.points();
    expect(points.get('drift.alert.active class')).to.equal(0);
    expect(points.get('drift.alerts distribution')).to.equal(1);
  });

  it('sees a fall of the accuracy by true labels alone, which the estimate does not', async () => {
    const service = new ClockedService(referenceOf());
    for (let minute = 0; minute < 60; minute += 1) {
      const rows = predictions(200, 50_000 + minute);
      service.minute(rows.map((row, place) => (place % 4 === 0 ? Object.assign(row, { correct: false }) : row)));
    }
    const points = await service.points();
    expect(service.alerts.map(({ alertType }) => alertType)).to.deep.equal(['performance']);
    // Right as often as confident, 0.75 on average, and a quarter of these made wrong.
    expect(points.get('drift.score performance')).to.be.closeTo(0.75 / 4, 0.03);
    expect(points.get('model.accuracy')).to.be.closeTo(0.75 * 0.75, 0.05);
    expect(points.get('model.accuracy.estimated')).to.be.closeTo(0.75, 0.02);
    expect(points.get('model.accuracy.estimated.standard_error')).to.be.within(0.001, 0.02);
  });

  it('has labels without predictions count for the performance alone', async () => {
    const service = new ClockedService(referenceOf());
    for (let minute = 0; minute < 10; minute += 1) {
      const rows = predictions(200, 60_000 + minute).map(({ correct }) => ({ correct }));
      for (const { correct } of rows) {
        const truth = { modelType: 'document', predictedClass: 'a', actualClass: correct === true ? 'a' : 'b' };
        service.recording.recordGroundTruth(truth);
      }
      service.minute([]);
    }
    const points = await service.points();
    expect(points.get('drift.window.samples performance')).to.equal(2000);
    expect(points.get('drift.window.samples class')).to.equal(0);
    expect(points.get('drift.score performance')).to.be.closeTo(0, 0.05);
  });

  it('tells an alert that an observer raised and took to its grave, once, when there is the next one', () => {
    const service = new ClockedService(referenceOf());
    service.isHeard = false;
    for (let minute = 0; minute < 20; minute += 1) {
      service.minute(drifted(70_000 + minute));
    }
    service.isHeard = true;
    expect(service.alerts).to.have.length(0);
    service.startObserver();
    expect(service.alerts.map(({ alertType }) => alertType)).to.deep.equal(['distribution']);
    expect(service.alerts[0]!.contributions[0]!.bin).to.equal('news');
    service.startObserver();
    service.minute(drifted(80_000));
    expect(service.alerts).to.have.length(1);
  });

  it('goes on where an observer ended in the middle of a pane, with no count lost or twice', async () => {
    const service = new ClockedService(referenceOf());
    service.minute(predictions(150, 1), MINUTE_MS);
    service.minute(predictions(50, 2), 1000);
    service.startObserver();
    service.minute(predictions(100, 3), MINUTE_MS);
    const points = await service.points();
    expect(points.get('drift.window.samples class')).to.equal(300);
    expect([...points].filter(([name]) => name.startsWith('drift.live.count')).length).to.be.greaterThan(20);
  });

  it('stands clocks that jump, back and by years ahead', () => {
    const service = new ClockedService(referenceOf());
    const jumps = [0, -3_600_000, 0, 10 * 365 * 24 * 3_600_000, 0, -1e12, 1e12, 0];
    for (const [place, jump] of jumps.entries()) {
      service.nowMs += jump;
      for (let minute = 0; minute < 10; minute += 1) {
        service.minute(predictions(150, 90_000 + place * 100 + minute));
      }
    }
    expect(service.alerts).to.deep.equal([]);
    for (let minute = 0; minute < 30; minute += 1) {
      service.minute(drifted(100_000 + minute));
    }
    expect(service.alerts.map(({ alertType }) => alertType)).to.deep.equal(['distribution']);
  });

  it('names unknown classes, missing ones and features that are no numbers', async () => {
    const service = new ClockedService(referenceOf());
    const rows = [
      { predictedClass: 'weather', confidence: 0.7, features: { text_length: Number.NaN } },
      { predictedClass: null, confidence: Number.NaN, features: {} },
      { predictedClass: '', confidence: 7, features: { text_length: 'long' } },
      { predictedClass: Symbol('sports'), confidence: null, features: { text_length: Infinity } },
      { predictedClass: 'sports', confidence: undefined, features: undefined },
      { predictedClass: undefined, confidence: 'high', features: { text_length: 10n } },
    ];
    service.minute(rows as never);
    const points = await service.points();
    const live = (signal: string, bin: string): number | undefined =>
      points.get(['drift.live.count', bin, referenceOf().hash.slice(0, 12), signal].join(' '));
    expect([live('class', 'other'), live('class', 'missing'), live('class', 'sports')]).to.deep.equal([2, 2, 1]);
    expect([live('confidence', 'other'), live('confidence', 'missing')]).to.deep.equal([2, 2]);
    expect([live('feature:text_length', 'other'), live('feature:text_length', 'missing')]).to.deep.equal([2, 2]);
    expect(live('feature:text_length', '+Inf')).to.equal(1);
  });

  for (const [what, rows] of [
    ['three rows', predictions(3, 1)],
    ['one class', predictions(2000, 1).map((row) => Object.assign(row, { predictedClass: 'sports' }))],
    ['a constant column', predictions(2000, 1).map((row) => Object.assign(row, { features: { text_length: 7 } }))],
    ['a constant confidence', predictions(2000, 1).map((row) => Object.assign(row, { confidence: 0.5 }))],
    ['a confidence that is always 0', predictions(2000, 1).map((row) => Object.assign(row, { confidence: 0 }))],
  ] as const) {
    it(`counts each value in the bin of the reference where that has ${what}`, async () => {
      const reference = createReferenceProfile(rows, { modelType: 'document' });
      const service = new ClockedService(reference);
      service.minute(rows);
      const points = await service.points();
      for (const signal of reference.signals) {
        const key = signal.role === 'feature' ? `feature:${signal.name}` : signal.role;
        const suffix = `${reference.hash.slice(0, 12)} ${key}`;
        const live = [...points].filter(([name]) => name.startsWith('drift.live.count') && name.endsWith(suffix));
        expect(
          live.map(([, count]) => count),
          key,
        ).to.deep.equal(signal.counts);
      }
      for (const [name, value] of points) {
        expect(Number.isFinite(value) || typeof value === 'object', name).to.equal(true);
      }
    });
  }
});
