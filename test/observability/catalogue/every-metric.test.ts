import { readFile } from 'node:fs/promises';
import { createReferenceProfile, driftMetricDefinitions } from '@inferometer/drift-metrics';
import { initObservability, type Observability, version } from '@inferometer/observability';
import { expect } from 'chai';
import { metricCatalogue } from '../../../packages/observability/src/catalogue/metric-catalogue.ts';
import { type CapturedDiag, captureDiag } from '../../support/captured-diag.ts';
import { eventually } from '../../support/eventually.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { readScrape } from '../../support/scrape.ts';
import { heapInUse } from '../recording/heap-in-use.ts';

/** Not of the catalogue: what host-metrics measures, and the resource. */
const foreign = /^(process|system)_|^target_info$/;

/** Of the catalogue, and only told where it is measured: in a container with a processor quota. */
const dependsOnTheMachine: ReadonlySet<string> = new Set(['cpu_throttled_seconds_total']);

const PREDICTION = { confidence: 0.5, predictedClass: 'a', features: { text_length: 512 } };

/** A labelled one, so that accuracy can be estimated of it. */
const reference = createReferenceProfile(
  Array.from({ length: 1000 }, (_, row) => ({ ...PREDICTION, correct: row % 10 > 0 })),
  { modelType: 'document' },
);

function useEverything(observability: Observability): void {
  const record = { modelType: 'document', latencyMs: 5, batchSize: 1, ...PREDICTION };
  for (let inference = 0; inference < 600; inference++) {
    observability.trackInference(record);
  }
  observability.trackInference({ ...record, errorCode: 'timeout', confidence: 2 });
  const timer = observability.startInference('document');
  timer.phase('run');
  timer.end();
  observability.recordGroundTruth({ modelType: 'document', predictedClass: 'a', actualClass: 'a' });
  observability.updateResourceMetrics({ gpuPercent: { 0: 50 }, gpuMemoryBytes: { 0: 1024 } });
  observability.updateDriftMetrics({ distributionDrift: 0.1, alerts: ['distribution'] });
}

describe('the metric catalogue', () => {
  let observability: Observability | undefined;
  let receiver: OtlpReceiver;
  let diag: CapturedDiag;

  beforeEach(async () => {
    diag = captureDiag();
    receiver = await startOtlpReceiver();
  });
  afterEach(async () => {
    await observability?.shutdown();
    observability = undefined;
    await receiver.close();
    diag.release();
  });

  it('has every metric that a fully used service exports, and the service every metric of the catalogue', async () => {
    receiver.failNext(1, 400);
    observability = initObservability({
      serviceName: 'everything',
      models: { document: { version: '1', owner: 'search', reference } },
      drift: { paneMinimumMs: 1, evaluationIntervalMs: 10 },
      prometheus: false,
      observer: 'inline',
      resources: { intervalMs: 100 },
      otlp: { url: receiver.url, intervalMs: 50 },
      gpu: false,
    });
    useEverything(observability);
    heapInUse();
    await receiver.waitForRequests(1);
    const catalogued = metricCatalogue.map((metric) => metric.prometheusName);
    const expected = catalogued.filter((name) => !dependsOnTheMachine.has(name));
    const running = observability;
    const exported = await eventually(async () => {
      const names = [...readScrape(await running.metricsText()).families.keys()].filter((name) => !foreign.test(name));
      expect(names).to.include.members(expected);
      return names;
    });
    expect(catalogued).to.include.members(exported);
  });

  it('tells of drift by the names, units and descriptions of the package that computes it', () => {
    for (const { name, kind, unit, description, labels } of driftMetricDefinitions) {
      const metric = metricCatalogue.find((entry) => entry.name === name);
      expect(metric, name).to.deep.include({ unit, description });
      expect(metric?.prometheusName.endsWith('_total'), name).to.equal(kind === 'counter');
      expect(labels, name).to.include.members([...metric!.labels]);
    }
  });

  it('has each name once, in both of its forms', () => {
    expect(new Set(metricCatalogue.map((metric) => metric.name)).size).to.equal(metricCatalogue.length);
    expect(new Set(metricCatalogue.map((metric) => metric.prometheusName)).size).to.equal(metricCatalogue.length);
  });
});

describe('the version', () => {
  it('is that of the package', async () => {
    const file = new URL('../../../packages/observability/package.json', import.meta.url);
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { version: string };
    expect(version).to.equal(manifest.version);
  });
});
