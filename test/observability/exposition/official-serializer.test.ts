import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { InferometerPrometheusExporter } from '../../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_125;

/** What both write alike: names without units, labels that are plain. The rest is where the official one goes wrong. */
const labels = fc.record(
  {
    model_type: fc.stringMatching(/^[ -~]{1,12}$/),
    tenant: fc.constantFrom('a', 'b', 'é', '😀', 'quote " backslash \\ newline \n'),
  },
  { requiredKeys: ['model_type'] },
);
const recordings = fc.array(
  fc.tuple(
    fc.constantFrom('counter', 'upDownCounter', 'gauge', 'histogram'),
    fc.constantFrom('requests', 'latency', 'level'),
    labels,
    fc.oneof(fc.nat(1000), fc.double({ min: 0, max: 1e6, noNaN: true })),
  ),
  { minLength: 1, maxLength: 60 },
);

/** Lines as sorted samples: `le` is written as `1` there and as `1.0` here, and scopes are labels there. */
function samplesIn(text: string): string[] {
  return [...parsePrometheusText(text).values()]
    .filter(({ name }) => name !== 'target_info')
    .flatMap(({ type, samples }) =>
      samples.map(({ name, labels: { otel_scope_name: _scope, le, ...others }, value }) =>
        JSON.stringify([
          type,
          name,
          le === undefined ? '' : Number(le),
          Object.entries(others).toSorted(([one], [other]) => (one < other ? -1 : 1)),
          value,
        ]),
      ),
    )
    .sort();
}

describe('the official serializer', () => {
  it('writes the same samples, where it writes what Prometheus accepts', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, async (records) => {
        const ours = new InferometerPrometheusExporter();
        const official = new PrometheusExporter({ preventServerStart: true });
        const provider = new MeterProvider({ readers: [ours, official] });
        const meter = provider.getMeter('test');
        for (const [kind, name, attributes, value] of records) {
          const instrument = `${name}_${kind.toLowerCase()}`;
          switch (kind) {
            case 'counter':
              meter.createCounter(instrument).add(value, attributes);
              break;
            case 'upDownCounter':
              meter.createUpDownCounter(instrument).add(-value, attributes);
              break;
            case 'gauge':
              meter.createGauge(instrument).record(value, attributes);
              break;
            default:
              meter.createHistogram(instrument).record(value, attributes);
          }
        }
        const { resourceMetrics } = await official.collect();
        const expected = new PrometheusSerializer().serialize(resourceMetrics);
        expect(samplesIn(await ours.collectText())).to.deep.equal(samplesIn(expected));
        await provider.shutdown();
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
