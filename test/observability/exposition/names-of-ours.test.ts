import { createDriftMonitor, type DriftMonitor } from '@inferometer/drift-metrics';
import type { ObservabilityOptions } from '@inferometer/observability';
import { metrics } from '@opentelemetry/api';
import { expect } from 'chai';
import { referenceOf } from '../../drift-metrics/support/predictions.ts';
import { eventually } from '../../support/eventually.ts';
import { type InlineObservability, useInlineObservability } from '../recording/inline-observability.ts';

describe("An instrument of the application's that is named as one of Inferometer's metrics", () => {
  const startInline = useInlineObservability();
  const monitors: DriftMonitor[] = [];

  afterEach(() => monitors.splice(0).forEach((monitor) => monitor.shutdown()));

  const start = (options: ObservabilityOptions = {}): InlineObservability =>
    startInline({ globalMeterProvider: true, gpu: false, ...options });

  /** What was warned about names, once the bridge has told the application's own metrics. */
  async function toldOf(observability: InlineObservability, carried: string): Promise<readonly string[]> {
    await eventually(async () => ((await observability.metricsText()).includes(carried) ? true : undefined));
    return observability.warnings.filter((warning) => warning.includes('metrics for Prometheus'));
  }

  it('is written among them, and told with its scope and what to do', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm' });
    metrics.getMeter('shop').createCounter('inference_requests').add(7, { kind: 'book' });
    expect(await toldOf(observability, 'inference_requests_total{kind="book"')).to.deep.equal([
      'inferometer: metrics for Prometheus: the metric "inference_requests" of scope "shop" has the name of ' +
        "Inferometer's own inference_requests_total, so its series stand among ours and change their sums; " +
        'give it another name',
    ]);
    expect((await observability.scrape()).sum('inference_requests_total')).to.equal(8);
  });

  it('is told for each scope that has one', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm' });
    for (const scope of ['shop', 'till']) {
      metrics
        .getMeter(scope)
        .createCounter('inference_requests', { description: `Of the ${scope}.` })
        .add(7, { scope });
    }
    const told = (await toldOf(observability, 'scope="till"')).filter((warning) => warning.includes('another name'));
    expect(told.map((warning) => /of scope "(\w+)"/.exec(warning)?.[1])).to.deep.equal(['shop', 'till']);
  });

  it("is nothing to tell where it stands alone: two of the application's, or one whose name we would have but do not write", async () => {
    const observability = start();
    metrics.getMeter('shop').createCounter('orders').add(1, { of: 'shop' });
    metrics.getMeter('till').createCounter('orders').add(1, { of: 'till' });
    metrics.getMeter('shop').createGauge('drift_evidence').record(1);
    expect(await toldOf(observability, 'of="till"')).to.deep.equal([]);
  });

  for (const [what, models] of [
    ['while ours are off', {}],
    ['beside ours', { other: { reference: referenceOf(1000, 'other') } }],
  ] as const) {
    it(`is nothing to tell where it is the drift monitor's on a meter of the application, ${what}`, async () => {
      const observability = start({ models });
      const meter = metrics.getMeter('drift');
      monitors.push(createDriftMonitor({ meter, modelType: 'document', reference: referenceOf() }));
      expect(await toldOf(observability, 'drift_reference_loaded{model_type="document"')).to.deep.equal([]);
    });
  }
});
