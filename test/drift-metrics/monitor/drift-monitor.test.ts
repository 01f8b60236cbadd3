import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { diag, DiagLogLevel, type DiagLogFunction } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  DriftConfigurationError,
  createDriftMonitor,
  saveReferenceProfile,
  type DriftAlert,
  type DriftMonitor,
  type DriftMonitorOptions,
} from '@inferometer/drift-metrics';
import { predictions, referenceOf } from '../support/predictions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Series = Record<string, number>;

describe('createDriftMonitor', () => {
  const pathOf = temporaryFolder();
  const monitors: DriftMonitor[] = [];
  let now = 1e12;

  afterEach(() => {
    for (const monitor of monitors.splice(0)) {
      monitor.shutdown();
    }
    diag.disable();
  });

  function monitorOf(options: Partial<DriftMonitorOptions> = {}): {
    monitor: DriftMonitor;
    scrape: () => Promise<Series>;
  } {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    const meter = provider.getMeter('test');
    const monitor = createDriftMonitor({
      meter,
      modelType: 'document',
      reference: referenceOf(),
      now: () => now,
      evaluationIntervalMs: 0,
      ...options,
    });
    monitors.push(monitor);
    const scrape = async (): Promise<Series> => {
      exporter.reset();
      await reader.forceFlush();
      const metrics = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      return Object.fromEntries(
        metrics.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => {
            const { model_type: _model, reference: _reference, ...labels } = attributes;
            return [[descriptor.name, ...Object.values(labels)].join(' '), value as number];
          }),
        ),
      );
    };
    return { monitor, scrape };
  }

  function minute(monitor: DriftMonitor, rows: Parameters<DriftMonitor['observe']>[0][]): readonly DriftAlert[] {
    for (const row of rows) {
      monitor.observe(row);
    }
    now += 60_000;
    return monitor.evaluate();
  }

  it('exports the documented series on any meter', async () => {
    const { monitor, scrape } = monitorOf();
    expect(await scrape()).to.include({
      'drift.reference.loaded': 1,
      'drift.alerts distribution': 0,
      'drift.alerts confidence': 0,
      'drift.alerts performance': 0,
      'drift.alerts feature': 0,
      'drift.live.count class sports': 0,
    });
    for (let index = 0; index < 10; index += 1) {
      minute(monitor, predictions(200, 20 + index));
    }
    const series = await scrape();
    expect(series).to.include({
      'drift.window.samples class': 2000,
      'drift.reference.samples class': 5000,
      'drift.alert.active class': 0,
      'drift.last_evaluation.timestamp': now / 1000,
      'drift.reference.warmup': 0,
    });
    for (const name of [
      'drift.score distribution',
      'drift.score confidence',
      'drift.score performance',
      'drift.feature.score text_length',
      'drift.evidence class',
      'drift.evidence.threshold',
      'drift.class.contribution sports',
      'model.accuracy.estimated',
      'model.accuracy.estimated.standard_error',
      'drift.reference.count class sports',
    ]) {
      expect(series).to.have.property(name);
    }
    expect(series['model.accuracy.estimated']).to.be.closeTo(0.75, 0.03);
  });

  it('tells the application of each alert once, and survives what it throws', () => {
    const told: DriftAlert[] = [];
    const { monitor } = monitorOf({
      onDriftAlert: (alert) => {
        told.push(alert);
        throw new Error('the application is broken');
      },
    });
    for (let index = 0; index < 20; index += 1) {
      minute(
        monitor,
        predictions(150, 40 + index).map(({ features }) => ({ predictedClass: 'sports', features })),
      );
    }
    expect(told.map(({ alertType }) => alertType)).to.deep.equal(['distribution']);
    expect(monitor.drift()!.alerts.distribution).to.equal(1);
  });

  it('does nothing but say so where the reference is damaged, absent or of another model', async () => {
    const errors: string[] = [];
    const log: DiagLogFunction = (message) => errors.push(message);
    diag.setLogger(
      { error: log, warn: log, info: () => {}, debug: () => {}, verbose: () => {} },
      { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
    );
    writeFileSync(pathOf('damaged.json'), '{"schema":"inferometer.reference-profile","version":1}');
    saveReferenceProfile(referenceOf(50, 'image'), pathOf('image.json'));
    const references = [
      pathOf('damaged.json'),
      pathOf('absent.json'),
      pathOf('image.json'),
      { ...referenceOf(50), samples: 3 },
      null as never,
    ];
    for (const [index, reference] of references.entries()) {
      const { monitor, scrape } = monitorOf({ reference });
      minute(monitor, predictions(200, 1));
      expect(await scrape()).to.deep.equal({ 'drift.reference.loaded': 0 });
      expect(monitor.drift()).to.equal(undefined);
      expect(errors[index]).to.match(/^inferometer: no drift for the model document: .+\.$/);
    }
  });

  it('reads a reference from its file', () => {
    saveReferenceProfile(referenceOf(), pathOf('document.json'));
    const { monitor } = monitorOf({ reference: pathOf('document.json') });
    minute(monitor, predictions(200, 1));
    expect(monitor.drift()!.panes).to.equal(1);
  });

  it('learns a reference of the first predictions where that is asked for', async () => {
    const { monitor, scrape } = monitorOf({ reference: { warmUp: { samples: 1000 } } });
    minute(monitor, predictions(999, 60));
    expect(await scrape()).to.deep.equal({ 'drift.reference.loaded': 0 });
    minute(monitor, [{ correct: true }, ...predictions(1, 61)]);
    for (let index = 0; index < 10; index += 1) {
      minute(
        monitor,
        predictions(150, 62 + index).map(() => ({ predictedClass: 'sports', confidence: 0.5 })),
      );
    }
    const series = await scrape();
    expect(series).to.include({
      'drift.reference.loaded': 1,
      'drift.reference.warmup': 1,
      'drift.alerts distribution': 0,
    });
    expect(series['drift.score distribution']).to.be.greaterThan(0.5);
    expect(series).to.not.have.property('drift.live.count class sports');
  });

  it('goes on in another process from the state of this one', () => {
    const { monitor } = monitorOf();
    for (let index = 0; index < 10; index += 1) {
      minute(monitor, predictions(150, 80 + index));
    }
    const state = JSON.parse(JSON.stringify(monitor.state())) as number[];
    const next = monitorOf({ state }).monitor;
    expect(next.drift()!.signals).to.deep.equal(monitor.drift()!.signals);
    minute(next, predictions(150, 99));
    expect(next.drift()!.panes).to.equal(11);
  });

  it('survives observations of any kind', () => {
    const { monitor } = monitorOf();
    const hostile = [
      null,
      3,
      {},
      { features: 'none' },
      { features: null, predictedClass: {}, confidence: 'high', correct: 1 },
      { features: { text_length: {} }, confidence: -1 },
      {
        get predictedClass(): string {
          throw new Error('unreadable');
        },
      },
    ];
    for (const observation of hostile) {
      monitor.observe(observation as never);
    }
    minute(monitor, predictions(200, 1));
    expect(monitor.drift()!.signals.map(({ windowSamples }) => windowSamples)).to.deep.equal([201, 202, 201, 200]);
  });

  it('refuses an interval that no timer can keep', () => {
    for (const evaluationIntervalMs of [Number.NaN, -1, 1e12]) {
      expect(() => monitorOf({ evaluationIntervalMs })).to.throw(DriftConfigurationError, 'evaluationIntervalMs');
    }
  });

  it('judges on a timer that keeps no process alive', () => {
    const script = `
      import { metrics } from '@opentelemetry/api';
      import { createDriftMonitor, createReferenceProfile } from '@inferometer/drift-metrics';
      const reference = createReferenceProfile([{ predictedClass: 'a' }], { modelType: 'm' });
      const options = { meter: metrics.getMeter('m'), modelType: 'm', reference, paneMinimumMs: 1, paneMinimumEvents: 1 };
      const monitor = createDriftMonitor({ ...options, meanTimeBetweenFalseAlarmsMs: 1000 });
      monitor.observe({ predictedClass: 'a' });
      const waiting = setInterval(() => {
        if (monitor.drift().panes === 1) {
          clearInterval(waiting);
          console.log('judged');
        }
      }, 1);
    `;
    const command = [
      '--conditions=@inferometer/source',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 10_000 });
    expect([status, stdout], stderr).to.deep.equal([0, 'judged\n']);
  });

  it('takes its series away and counts nothing after its end', async () => {
    const { monitor, scrape } = monitorOf();
    monitor.shutdown();
    minute(monitor, predictions(200, 1));
    expect(await scrape()).to.deep.equal({});
    expect(monitor.drift()!.panes).to.equal(0);
  });
});
