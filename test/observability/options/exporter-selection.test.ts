import { expect } from 'chai';
import type { ObservabilityOptions } from '../../../packages/observability/src/options/observability-options.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import { fakeSurroundings } from './fake-surroundings.ts';

const mixedNone = 'must have "none" alone or not at all';
const unknown = 'must be a list of "prometheus", "otlp" and "console", or "none"';

/** Values of OTEL_METRICS_EXPORTER, the exporters that they name, and what is said; no exporters: as if unset. */
const lists: readonly {
  readonly value: string | undefined;
  readonly names?: string;
  readonly warning?: string;
}[] = [
  { value: undefined },
  { value: '' },
  { value: '  ' },
  { value: ' , ' },
  { value: 'prometheus', names: 'prometheus' },
  { value: 'otlp', names: 'otlp' },
  { value: 'console', names: 'console' },
  { value: 'none', names: 'none' },
  { value: ' OTLP ', names: 'otlp' },
  { value: 'prometheus,otlp', names: 'prometheus otlp' },
  { value: 'otlp , console,', names: 'otlp console' },
  { value: 'otlp,otlp', names: 'otlp' },
  { value: 'prometheus,otlp,console', names: 'prometheus otlp console' },
  { value: 'none,otlp', names: 'none', warning: `${mixedNone}, received "none,otlp"; exporting nowhere.` },
  { value: 'datadog', warning: `${unknown}, received "datadog"; ignoring it.` },
  { value: 'datadog,otlp', names: 'otlp', warning: `${unknown}, received "datadog,otlp"; exporting to otlp alone.` },
  {
    value: 'logging,otlp,prometheus',
    names: 'prometheus otlp',
    warning: `${unknown}, received "logging,otlp,prometheus"; exporting to prometheus and otlp alone.`,
  },
];

const endpoints: readonly Record<string, string>[] = [
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
  { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318/v1/metrics' },
];

const parts = ['prometheus', 'otlp', 'console'] as const;

const options: ObservabilityOptions[] = [];
for (const prometheus of [undefined, false, true, {}]) {
  for (const otlp of [undefined, false, true, {}]) {
    for (const consoleOption of [undefined, false, true]) {
      const given = Object.entries({ prometheus, otlp, console: consoleOption });
      options.push(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
    }
  }
}

describe('exporter selection', () => {
  for (const { value, names, warning } of lists) {
    it(`takes OTEL_METRICS_EXPORTER ${value === undefined ? 'unset' : `"${value}"`}, whatever options and endpoints say`, () => {
      for (const endpoint of endpoints) {
        const environment = { ...endpoint, ...(value === undefined ? {} : { OTEL_METRICS_EXPORTER: value }) };
        const isEndpointSet = Object.values(endpoint).some((url) => url !== '');
        const chosen = names ?? (isEndpointSet ? 'prometheus otlp' : 'prometheus');
        for (const given of options) {
          const resolution = resolveOptions(given, environment, fakeSurroundings());

          for (const part of parts) {
            const expected = part in given ? given[part] !== false : chosen.includes(part);
            const label = `${part} with ${JSON.stringify({ given, environment })}`;
            expect(resolution.options[part] !== false, label).to.equal(expected);
          }
          expect(resolution.warnings).to.deep.equal(warning === undefined ? [] : [`OTEL_METRICS_EXPORTER ${warning}`]);
        }
      }
    });
  }

  it('keeps the endpoint that code asks for when OTEL_METRICS_EXPORTER names otlp alone', () => {
    const environment = { OTEL_METRICS_EXPORTER: 'otlp' };
    const { options: resolved } = resolveOptions({ prometheus: { port: 9464 } }, environment, fakeSurroundings());

    expect(resolved.prometheus).to.deep.include({ port: 9464 });
    expect(resolved.otlp).to.deep.include({ url: 'http://localhost:4318/v1/metrics' });
  });

  it('keeps Prometheus when the collector address in the variables is wrong', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' };
    const { options: resolved } = resolveOptions({}, environment, fakeSurroundings());

    expect(resolved.otlp).to.equal(false);
    expect(resolved.prometheus).to.not.equal(false);
  });
});
