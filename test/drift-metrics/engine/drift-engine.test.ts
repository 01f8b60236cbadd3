import { expect } from 'chai';
import {
  correctedPopulationStabilityIndex,
  createCountLayout,
  createDriftEngine,
  createReferenceProfile,
  driftStateLength,
  DriftConfigurationError,
  hellingerDistance,
  type DriftAlert,
  type DriftOptions,
  type ModelDrift,
  type PredictionRow,
  type ReferenceProfile,
  type SignalDrift,
} from '@inferometer/drift-metrics';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';
import { predictions, referenceOf } from '../support/predictions.ts';
import { createTraffic, type Traffic } from '../support/traffic.ts';

const MINUTE = 60_000;

function signalOf(drift: ModelDrift, signal: string): SignalDrift {
  return drift.signals.find((candidate) => candidate.signal === signal)!;
}

function points(traffic: Traffic, name: string): [Record<string, unknown>, number][] {
  return traffic.engine
    .points(traffic.nowMs())
    .filter(({ metric }) => metric.name === name)
    .map(({ attributes, value }) => [attributes, value]);
}

/** Ten minutes of rows without a change take this many predictions. */
function changed(count: number, seed: number): PredictionRow[] {
  return predictions(count, seed).map(({ predictedClass, confidence, features }, index) => ({
    predictedClass: index % 3 === 0 ? 'a new class' : predictedClass,
    confidence: confidence! * 0.8,
    correct: index % 2 === 0,
    features,
  }));
}

describe('The drift engine', () => {
  it('gives no score below 500 samples and then the divergence of the window', () => {
    const traffic = createTraffic(referenceOf());
    traffic.minutes(4, 120, 2);
    expect(signalOf(traffic.drift(), 'class')).to.deep.include({ windowSamples: 480, score: undefined });
    expect(points(traffic, 'drift.score')).to.deep.equal([]);
    traffic.minutes(6, 120, 3);
    const { score, windowSamples, contributions } = signalOf(traffic.drift(), 'class');
    expect(windowSamples).to.equal(1200);
    const layout = createCountLayout(referenceOf());
    const live = traffic.counts.subarray(0, layout.signals[0]!.length);
    expect(score).to.equal(correctedPopulationStabilityIndex(layout.signals[0]!.signal.counts, live));
    expect(contributions).to.have.lengthOf(5);
    expect(points(traffic, 'drift.score').map(([attributes]) => attributes)).to.deep.equal([
      { model_type: 'document', metric_type: 'distribution' },
      { model_type: 'document', metric_type: 'confidence' },
      { model_type: 'document', metric_type: 'performance' },
    ]);
  });

  it('closes a pane after a minute and a hundred predictions, whichever is later', () => {
    const traffic = createTraffic(referenceOf());
    traffic.observe(predictions(99, 1), MINUTE);
    expect(traffic.drift().panes).to.equal(0);
    traffic.observe(predictions(1, 2), 1000);
    expect(traffic.drift().panes).to.equal(1);
    traffic.observe(predictions(5000, 3), 30_000);
    expect(traffic.drift().panes).to.equal(1);
    traffic.observe([], 30_000);
    expect(traffic.drift().panes).to.equal(2);
  });

  it('looks back over 60 panes and no further', () => {
    const traffic = createTraffic(referenceOf(1000));
    traffic.minutes(75, 110, 4);
    expect(traffic.drift().panes).to.equal(60);
    expect(signalOf(traffic.drift(), 'confidence').windowSamples).to.equal(6600);
  });

  it('raises each alert once, names what changed, and ends it after an hour without', () => {
    const traffic = createTraffic(referenceOf());
    traffic.minutes(60, 150, 5);
    expect(traffic.alerts).to.deep.equal([]);
    for (let minute = 0; minute < 30; minute += 1) {
      traffic.observe(changed(150, 100 + minute), MINUTE);
    }
    const types = traffic.alerts.map(({ alertType }) => alertType);
    expect([...types].sort()).to.deep.equal(['confidence', 'distribution', 'performance']);
    const alert = traffic.alerts.find(({ alertType }) => alertType === 'distribution') as DriftAlert;
    expect(alert).to.deep.include({ modelType: 'document', modelVersion: 'v1', feature: undefined });
    expect(alert.score).to.be.greaterThan(0.5);
    expect(alert.logEvidence).to.be.greaterThan(0);
    expect(alert.contributions[0]).to.include({ bin: 'other', referenceShare: 0 });
    expect(alert.contributions[0]!.liveShare).to.be.closeTo(1 / 3, 0.1);
    expect(alert.window.startMs).to.equal(60 * MINUTE + 1e12);
    expect(points(traffic, 'drift.alerts').map(([labels, value]) => [labels['alert_type'], value])).to.deep.equal([
      ['distribution', 1],
      ['confidence', 1],
      ['performance', 1],
      ['feature', 0],
    ]);

    traffic.minutes(55, 150, 6);
    expect(signalOf(traffic.drift(), 'class').isAlertActive).to.equal(true);
    traffic.minutes(30, 150, 7);
    expect(traffic.drift().signals.map(({ isAlertActive }) => isAlertActive)).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
    traffic.minutes(60, 150, 8);
    expect(traffic.alerts).to.have.lengthOf(3);

    for (let minute = 0; minute < 10; minute += 1) {
      traffic.observe(changed(150, 300 + minute), MINUTE);
    }
    expect(traffic.alerts.length).to.be.greaterThan(3);
  });

  it('keeps an alert as long as the change lasts', () => {
    const traffic = createTraffic(referenceOf());
    for (let minute = 0; minute < 200; minute += 1) {
      traffic.observe(changed(120, 400 + minute), MINUTE);
    }
    expect(traffic.alerts).to.have.lengthOf(3);
    expect(signalOf(traffic.drift(), 'class').isAlertActive).to.equal(true);
  });

  it('tells a feature that drifted by its name, and a small change not at all', () => {
    const shift = (factor: number) => (row: PredictionRow) => ({
      ...row,
      features: { text_length: Number(row.features!['text_length']) * factor },
    });
    const traffic = createTraffic(referenceOf(20_000));
    for (let minute = 0; minute < 60; minute += 1) {
      traffic.observe(predictions(200, 500 + minute).map(shift(1.05)), MINUTE);
    }
    expect(traffic.alerts).to.deep.equal([]);
    for (let minute = 0; minute < 30; minute += 1) {
      traffic.observe(predictions(200, 600 + minute).map(shift(2)), MINUTE);
    }
    expect(traffic.alerts.map(({ alertType, feature }) => [alertType, feature])).to.deep.equal([
      ['feature', 'text_length'],
    ]);
    expect(points(traffic, 'drift.feature.score')[0]![0]).to.deep.equal({
      model_type: 'document',
      feature: 'text_length',
    });
  });

  it('sees missing values, a constant that moves and a class that is gone', () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({
      predictedClass: index % 2 === 0 ? 'a' : 'b',
      features: { version: 7, size: index % 100 },
    }));
    const traffic = createTraffic(createReferenceProfile(rows, { modelType: 'document' }));
    for (let minute = 0; minute < 10; minute += 1) {
      traffic.observe(
        rows.slice(0, 200).map(() => ({ predictedClass: 'a', features: { version: 8, size: Number.NaN } })),
        MINUTE,
      );
    }
    const told = traffic.alerts.map(({ feature, contributions }) => [feature, contributions[0]!.bin]);
    expect(told).to.have.deep.members([
      [undefined, 'b'],
      ['version', 'other'],
      ['size', 'missing'],
    ]);
  });

  it('estimates the accuracy from confidences, and tells the drop from labels alone', () => {
    const traffic = createTraffic(referenceOf(20_000));
    const unlabelled = (count: number, seed: number): PredictionRow[] =>
      predictions(count, seed).map(({ correct: _correct, ...row }) => row);
    for (let minute = 0; minute < 20; minute += 1) {
      traffic.observe(unlabelled(500, 700 + minute), MINUTE);
    }
    const { accuracy, standardError } = traffic.drift().estimatedAccuracy!;
    expect(accuracy).to.be.closeTo(0.75, 3 * standardError);
    expect(standardError).to.be.closeTo(0.005, 0.002);
    expect(signalOf(traffic.drift(), 'performance')).to.deep.include({ windowSamples: 0, score: undefined });
    for (let minute = 0; minute < 20; minute += 1) {
      traffic.observe(
        [...Array(100).keys()].map((index) => ({ correct: index % 2 === 0 })),
        MINUTE,
      );
    }
    expect(signalOf(traffic.drift(), 'performance').score).to.be.closeTo(0.25, 0.01);
    expect(traffic.alerts.map(({ alertType }) => alertType)).to.deep.equal(['performance']);
  });

  it('survives clocks that jump, counts that begin anew and counts that are none', () => {
    const traffic = createTraffic(referenceOf());
    traffic.minutes(10, 150, 9);
    traffic.jump(-86_400_000);
    traffic.minutes(3, 150, 10);
    expect(traffic.drift().panes).to.equal(12);
    traffic.jump(10 * 365 * 86_400_000);
    traffic.minutes(3, 150, 11);
    traffic.counts.fill(0);
    traffic.minutes(3, 150, 12);
    traffic.counts[0] = Number.NaN;
    traffic.minutes(2, 150, 13);
    traffic.counts[0] = 0;
    traffic.minutes(5, 150, 14);
    traffic.engine.update([{ modelType: 'document', counts: traffic.counts }], Number.NaN);
    traffic.engine.update(
      [
        { modelType: 'document', counts: [1, 2] },
        { modelType: 'unknown', counts: [] },
      ],
      traffic.nowMs(),
    );
    expect(traffic.alerts).to.deep.equal([]);
    expect(Number.isFinite(signalOf(traffic.drift(), 'class').score)).to.equal(true);
  });

  it('lets a score go when nothing came for a long time', () => {
    const traffic = createTraffic(referenceOf());
    traffic.minutes(10, 150, 15);
    expect(signalOf(traffic.drift(), 'class').score).to.not.equal(undefined);
    traffic.jump(3_700_000);
    expect(signalOf(traffic.drift(), 'class').score).to.equal(undefined);
  });

  it('goes on where it was when another takes over its state in the middle', () => {
    const reference = referenceOf();
    const one = createTraffic(reference);
    const state = new Float64Array(new SharedArrayBuffer(8 * driftStateLength(reference)));
    let two = createTraffic(reference, {}, state);
    for (let minute = 0; minute < 90; minute += 1) {
      const rows = minute < 40 || minute > 60 ? predictions(130, 800 + minute) : changed(130, 800 + minute);
      one.observe(rows, MINUTE);
      if (minute % 7 === 3) {
        two = two.takenOver(state);
      }
      two.observe(rows, MINUTE);
      expect(two.drift()).to.deep.equal(one.drift());
    }
    expect(two.alerts).to.deep.equal(one.alerts);
    expect(one.alerts.length).to.be.greaterThan(0);
  });

  it('begins anew where it was stopped while it wrote, but keeps the number of alerts', () => {
    const reference = referenceOf();
    const state = new Float64Array(driftStateLength(reference));
    const traffic = createTraffic(reference, {}, state);
    for (let minute = 0; minute < 10; minute += 1) {
      traffic.observe(changed(150, 900 + minute), MINUTE);
    }
    state[4]! += 1;
    const after = traffic.takenOver(state);
    expect(after.drift()).to.deep.include({ panes: 0, alerts: traffic.drift().alerts });
    after.minutes(5, 150, 16);
    expect(after.drift().panes).to.equal(4);
  });

  it('discards panes with a new reference, and its alert counters do not go down', () => {
    const traffic = createTraffic(referenceOf());
    for (let minute = 0; minute < 10; minute += 1) {
      traffic.observe(changed(150, 950 + minute), MINUTE);
    }
    const { alerts } = traffic.drift();
    expect(alerts.distribution).to.equal(1);
    const next = createReferenceProfile(changed(2000, 1), { modelType: 'document' });
    traffic.engine.watch({ modelType: 'document', reference: next });
    expect(traffic.drift()).to.deep.include({ panes: 0, alerts });
    // Counts of the earlier reference are left alone.
    const earlier = {
      modelType: 'document',
      reference: referenceOf().hash.slice(0, 12),
      counts: new Float64Array(createCountLayout(next).length),
    };
    traffic.engine.update([earlier], traffic.nowMs());
    expect(traffic.drift().lastEvaluationMs).to.equal(undefined);
    traffic.engine.watch({ modelType: 'document', reference: undefined });
    expect(points(traffic, 'drift.reference.loaded')).to.deep.equal([[{ model_type: 'document' }, 0]]);
    traffic.engine.unwatch('document');
    expect(traffic.engine.points(0)).to.deep.equal([]);
  });

  it('raises no alerts on a learned reference and keeps it out of rules over replicas', () => {
    const learned: ReferenceProfile = createReferenceProfile(predictions(5000, 1), {
      modelType: 'document',
      origin: 'warm-up',
    });
    const traffic = createTraffic(learned);
    for (let minute = 0; minute < 20; minute += 1) {
      traffic.observe(changed(150, 970 + minute), MINUTE);
    }
    expect(traffic.alerts).to.deep.equal([]);
    expect(signalOf(traffic.drift(), 'class').score).to.be.greaterThan(0.1);
    expect(points(traffic, 'drift.reference.warmup')[0]![1]).to.equal(1);
    for (const name of ['drift.live.count', 'drift.reference.count', 'drift.evidence']) {
      expect(points(traffic, name), name).to.deep.equal([]);
    }
  });

  it('exports live and reference counts of each bin, at 0 from the start', () => {
    const reference = referenceOf();
    const traffic = createTraffic(reference);
    const hash = reference.hash.slice(0, 12);
    const label = { model_type: 'document', signal: 'class', bin: 'missing', reference: hash };
    expect(points(traffic, 'drift.live.count')).to.deep.include([label, 0]);
    traffic.observe([{ predictedClass: null }, { predictedClass: 'sports' }], 1000);
    expect(points(traffic, 'drift.live.count')).to.deep.include([label, 1]);
    expect(points(traffic, 'drift.reference.count')).to.deep.include([label, 0]);
    expect(points(traffic, 'drift.last_evaluation.timestamp')[0]![1]).to.equal((1e12 + 1000) / 1000);
  });

  it('scores with another divergence where one is asked for', () => {
    const options: DriftOptions = {
      divergence: { distribution: 'hellinger', confidence: 'kolmogorovSmirnov', feature: 'wassersteinScaled' },
    };
    const reference = referenceOf();
    const traffic = createTraffic(reference, options);
    traffic.minutes(10, 150, 17);
    const { length, signal } = createCountLayout(reference).signals[0]!;
    expect(signalOf(traffic.drift(), 'class').score).to.equal(
      hellingerDistance(signal.counts, traffic.counts.subarray(0, length)),
    );
    expect(signalOf(traffic.drift(), 'confidence').score).to.be.within(0.005, 0.05);
    expect(signalOf(traffic.drift(), 'feature:text_length').score).to.be.within(0.005, 0.1);
  });

  it('needs several signals to agree or one to be certain: the rate holds for the model', () => {
    const one = createTraffic(
      createReferenceProfile(
        predictions(1000, 1).map(({ predictedClass }) => ({ predictedClass })),
        { modelType: 'document' },
      ),
    );
    const four = createTraffic(referenceOf(1000));
    one.minutes(2, 150, 18);
    four.minutes(2, 150, 18);
    const thresholds = [one, four].map((traffic) => traffic.drift().signals[0]!.logThreshold);
    expect(thresholds[0]).to.be.closeTo(Math.log(30 * 24 * 60), 1e-12);
    expect(thresholds[1]! - thresholds[0]!).to.be.closeTo(Math.log(4), 1e-12);
  });

  it('keeps the rate of false alarms for a model with four signals', () => {
    const options: DriftOptions = {
      tolerance: 0,
      effectFloor: 0,
      panes: 30,
      meanTimeBetweenFalseAlarmsMs: 40 * MINUTE,
    };
    let [minutes, alarms] = [0, 0];
    for (let model = 0; model < 25; model += 1) {
      const reference = createReferenceProfile(predictions(1000, 5000 + model), { modelType: 'document' });
      const traffic = createTraffic(reference, options);
      while (traffic.alerts.length === 0 && traffic.drift().panes < 30) {
        traffic.minutes(1, 100, 6000 + 31 * model + traffic.drift().panes);
        minutes += 1;
      }
      alarms += traffic.alerts.length === 0 ? 0 : 1;
    }
    expect(minutes / Math.max(1, alarms)).to.be.greaterThan(40);
  });

  it('takes no traffic for changed whose classes are many more than the reference can know', () => {
    // Sizes of classes by Zipf's law, and all the same.
    for (const exponent of [1, 0]) {
      const random = createSeededRandom(11);
      const row = (): PredictionRow => ({
        predictedClass: `class ${Math.floor(exponent === 0 ? 5000 * random() : 5000 ** random())}`,
      });
      const rows = (count: number): PredictionRow[] => Array.from({ length: count }, row);
      for (const size of [300, 1000, 5000]) {
        const traffic = createTraffic(createReferenceProfile(rows(size), { modelType: 'document' }));
        for (let minute = 0; minute < 20; minute += 1) {
          traffic.observe(rows(300), MINUTE);
        }
        expect(traffic.alerts, `${exponent}, ${size}`).to.deep.equal([]);
        expect(signalOf(traffic.drift(), 'class').score, `${exponent}, ${size}`).to.be.lessThan(0.1);
      }
    }
  });

  it('claims nothing on a reference of three rows', () => {
    const rows = [1, 2, 3].map((size) => ({ predictedClass: 'news', confidence: size / 4, features: { size } }));
    const traffic = createTraffic(createReferenceProfile(rows, { modelType: 'document' }));
    for (let minute = 0; minute < 60; minute += 1) {
      traffic.observe(
        predictions(150, 7000 + minute).map(({ confidence }) => ({
          predictedClass: 'news',
          confidence,
          features: { size: 2 },
        })),
        MINUTE,
      );
    }
    expect(traffic.alerts).to.deep.equal([]);
    expect(traffic.drift().signals.map(({ windowSamples }) => windowSamples)).to.deep.equal([9000, 9000, 9000]);
    // The column of classes is constant on both sides, and three rows would call it a shift of more than 1.
    expect(traffic.drift().signals.map(({ score }) => score)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('says what is wrong with an option', () => {
    const cases: [DriftOptions, string][] = [
      [{ panes: 1.5 }, 'panes must be an integer from 2 to 1440, received 1.5; leave it out for the default.'],
      [{ tolerance: -1 }, 'tolerance must be a number from 0 to 10, received -1; leave it out for the default.'],
      [
        { effectFloor: { performance: Number.NaN } },
        'effectFloor.performance must be a number from 0 to 10, received NaN; leave it out for the default.',
      ],
      [
        { meanTimeBetweenFalseAlarmsMs: 1000 },
        'meanTimeBetweenFalseAlarmsMs must be a number from 600000 to 9007199254740991, received 1000; leave it out for the default.',
      ],
      [
        { divergence: { distribution: 'wasserstein' } },
        'divergence.distribution must not need an order: classes have none, received "wasserstein"; take populationStability.',
      ],
      [
        { clearBelow: 0.2 },
        'clearBelow must not be above effectFloor (0.1) for distribution, received 0.2; an alert that clears above the size that raises it would never rest.',
      ],
    ];
    for (const [options, message] of cases) {
      expect(() => createDriftEngine([], options)).to.throw(DriftConfigurationError, message);
    }
    expect(() => createDriftEngine([], { tolerance: { speed: 1 } as never })).to.throw(
      'tolerance must name distribution',
    );
  });
});
