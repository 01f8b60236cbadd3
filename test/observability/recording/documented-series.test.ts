import { expect } from 'chai';
import type { Scrape } from '../../support/scrape.ts';
import { type InlineObservability, seriesOf, useInlineObservability } from './inline-observability.ts';

/** The contract: series, type, labels. Rules, dashboards and alerts of users are written against exactly these. */
const documented: readonly (readonly [name: string, type: string, labels: readonly string[]])[] = [
  ['inference_requests_total', 'counter', ['model_type', 'status']],
  ['inference_latency_seconds', 'histogram', ['model_type']],
  ['error_count_total', 'counter', ['error_code', 'model_type']],
  ['model_confidence_scores', 'histogram', ['model_type']],
  ['prediction_distribution_total', 'counter', ['model_type', 'predicted_class']],
  ['batch_size', 'histogram', ['model_type']],
  ['cpu_utilization_percent', 'gauge', []],
  ['memory_used_bytes', 'gauge', []],
  ['gpu_utilization_percent', 'gauge', ['gpu_id']],
  ['gpu_memory_used_bytes', 'gauge', ['gpu_id']],
  ['drift_score', 'gauge', ['metric_type']],
  ['drift_alerts_total', 'counter', ['alert_type']],
  ['model_accuracy', 'gauge', ['model_type']],
  ['inference_failure_latency_seconds', 'histogram', ['model_type']],
  ['inference_in_flight', 'gauge', ['model_type']],
  ['inference_phase_seconds', 'histogram', ['model_type', 'phase']],
  ['inference_model_info', 'gauge', ['model_type', 'model_version', 'owner']],
  ['ground_truth_total', 'counter', ['model_type', 'outcome']],
  ['inferometer_dropped_values_total', 'counter', ['cause', 'metric']],
];

function useEverything(observability: InlineObservability): void {
  observability.trackInference({
    modelType: 'document',
    latencyMs: 234.5,
    success: true,
    confidence: 0.92,
    predictedClass: 'technology',
    batchSize: 1,
  });
  observability.trackInference({ modelType: 'document', latencyMs: 5, errorCode: 'timeout', confidence: 2 });
  const timer = observability.startInference('document');
  timer.phase('preprocess');
  timer.end();
  observability.recordGroundTruth({ modelType: 'document', predictedClass: 'sports', actualClass: 'technology' });
  observability.updateResourceMetrics({
    cpuPercent: 45.2,
    memoryBytes: 2_147_483_648,
    gpuPercent: { 0: 78.5 },
    gpuMemoryBytes: { 0: 4_294_967_296 },
  });
  observability.updateDriftMetrics({ distributionDrift: 0.08, confidenceDrift: 0.12, performanceDrift: 0.02 });
}

describe('the documented series', () => {
  const start = useInlineObservability();

  async function usedScrape(): Promise<Scrape> {
    const observability = start({ models: { document: { version: '2026-11-01', owner: 'search' } } });
    useEverything(observability);
    return observability.scrape();
  }

  for (const [name, type, labels] of documented) {
    it(`has ${name} as a ${type} with the labels ${labels.join(', ') || 'of none'}, and a help text`, async () => {
      const family = (await usedScrape()).families.get(name);
      expect(family?.type).to.equal(type);
      expect(family?.help).to.match(/^[A-Z].{10,}\.$/);
      expect(family?.samples).to.have.length.above(0);
      for (const sample of family?.samples ?? []) {
        const names = Object.keys(sample.labels).filter((label) => label !== 'le');
        expect(names).to.have.members(labels);
        expect(Object.hasOwn(sample.labels, 'le')).to.equal(sample.name.endsWith('_bucket'));
      }
    });
  }

  it('carries the values that were recorded', async () => {
    const scrape = await usedScrape();
    const model = { model_type: 'document' };
    expect(scrape.value('inference_requests_total', { ...model, status: 'success' })).to.equal(2);
    expect(scrape.value('inference_requests_total', { ...model, status: 'error' })).to.equal(1);
    expect(scrape.value('inference_latency_seconds_count', model)).to.equal(2);
    expect(scrape.value('inference_failure_latency_seconds_sum', model)).to.equal(0.005);
    expect(scrape.value('error_count_total', { ...model, error_code: 'timeout' })).to.equal(1);
    expect(scrape.value('model_confidence_scores_sum', model)).to.equal(0.92);
    expect(scrape.value('prediction_distribution_total', { ...model, predicted_class: 'technology' })).to.equal(1);
    expect(scrape.value('batch_size_sum', model)).to.equal(1);
    expect(scrape.value('cpu_utilization_percent')).to.equal(45.2);
    expect(scrape.value('memory_used_bytes')).to.equal(2_147_483_648);
    expect(scrape.value('gpu_utilization_percent', { gpu_id: '0' })).to.equal(78.5);
    expect(scrape.value('gpu_memory_used_bytes', { gpu_id: '0' })).to.equal(4_294_967_296);
    expect(scrape.value('drift_score', { metric_type: 'distribution' })).to.equal(0.08);
    expect(scrape.value('model_accuracy', model)).to.equal(0);
    expect(scrape.value('inference_model_info', { model_version: '2026-11-01', owner: 'search' })).to.equal(1);
    expect(
      scrape.value('inferometer_dropped_values_total', { metric: 'model_confidence_scores', cause: 'out_of_range' }),
    ).to.equal(1);
  });

  it('has the default buckets that are documented', async () => {
    const scrape = await usedScrape();
    const bounds = (name: string): number[] => [
      ...new Set(
        seriesOf(scrape, `${name}_bucket`).map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity'))),
      ),
    ];
    const latency = [
      0.001,
      0.0025,
      0.005,
      0.01,
      0.025,
      0.05,
      0.1,
      0.25,
      0.5,
      0.6,
      1,
      2.5,
      5,
      10,
      30,
      60,
      120,
      Infinity,
    ];
    expect(bounds('inference_latency_seconds')).to.deep.equal(latency);
    expect(bounds('inference_failure_latency_seconds')).to.deep.equal(latency);
    expect(bounds('inference_phase_seconds')).to.deep.equal(latency);
    expect(bounds('model_confidence_scores')).to.deep.equal([
      0.05,
      0.1,
      0.15,
      0.2,
      0.25,
      0.3,
      0.35,
      0.4,
      0.45,
      0.5,
      0.55,
      0.6,
      0.65,
      0.7,
      0.75,
      0.8,
      0.85,
      0.9,
      0.95,
      0.97,
      0.99,
      0.995,
      0.999,
      1,
      Infinity,
    ]);
    expect(bounds('batch_size')).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, Infinity]);
  });

  it('are the same whether a thread observes or the process itself', async () => {
    const contents: unknown[] = [];
    for (const observer of ['inline', 'thread'] as const) {
      const observability = start({ models: { document: { version: '2026-11-01', owner: 'search' } }, observer });
      useEverything(observability);
      const { families } = await observability.scrape();
      await observability.shutdown();
      // Only how long the timer ran differs from one time to the next.
      const isTimed = (name: string): boolean => /^inference_(latency|phase)_seconds/.test(name);
      contents.push(documented.filter(([name]) => !isTimed(name)).map(([name]) => families.get(name)));
    }
    expect(contents[1]).to.deep.equal(contents[0]);
  });
});
