import { expect } from 'chai';
import type { ObservabilityOptions } from '../../../packages/observability/src/options/observability-options.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import type { ResolvedOptions } from '../../../packages/observability/src/options/resolved-options.ts';
import { version } from '../../../packages/observability/src/version.ts';
import { fakeSurroundings } from './fake-surroundings.ts';

function resolve(
  options?: ObservabilityOptions,
  environment: Record<string, string | undefined> = {},
): ResolvedOptions & { warnings: readonly string[] } {
  const resolution = resolveOptions(options, environment, fakeSurroundings());
  return { ...resolution.options, warnings: resolution.warnings };
}

describe('resolveOptions', () => {
  it('gives every default when nothing is set', () => {
    const { options, warnings } = resolveOptions(undefined, {}, fakeSurroundings());

    expect(warnings).to.deep.equal([]);
    expect(options).to.deep.equal({
      disabled: false,
      logLevel: 'warn',
      models: [],
      labels: [],
      limits: { models: 50, classesPerModel: 200, errorCodesPerModel: 50 },
      latencyBucketsSeconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.6, 1, 2.5, 5, 10, 30, 60, 120],
      confidenceBuckets: [
        0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97,
        0.99, 0.995, 0.999, 1,
      ],
      batchSizeBuckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      nativeHistograms: false,
      prometheus: {
        host: '0.0.0.0',
        port: 9090,
        endpoint: '/metrics',
        livenessLimitMs: 60_000,
        targetInfo: true,
        createdTimestamps: false,
      },
      exemplars: true,
      otlp: false,
      console: false,
      observer: 'thread',
      globalMeterProvider: { cardinalityLimit: 2_000 },
      resources: { intervalMs: 10_000, hostMetrics: { groups: ['process.cpu', 'process.memory'] } },
      gpu: {},
      drift: { settings: { panes: 60 }, evaluationIntervalMs: 10_000 },
      groundTruth: { maxPending: 10_000, expireAfterMs: 3_600_000, window: 1_000 },
      resourceAttributes: {
        'service.name': 'unknown_service:node',
        'service.instance.id': '00000000-0000-4000-8000-000000000000',
        'host.name': 'host-1',
        'process.pid': 4711,
        'process.runtime.name': 'nodejs',
        'process.runtime.version': '26.0.0',
        'telemetry.distro.name': '@inferometer/observability',
        'telemetry.distro.version': version,
      },
      shutdownSignals: [],
    });
  });

  it('keeps what is set, filled up with defaults', () => {
    const resolved = resolve({
      labels: { tenant: { max: 50 }, model_version: { max: 2 } },
      limits: { classesPerModel: 7 },
      latencyBucketsSeconds: [0.5, 1],
      batchSizeBuckets: [-1, 0, 8],
      prometheus: {
        host: '::',
        port: 0,
        endpoint: '/internal/metrics',
        livenessLimitMs: 5_000,
        targetInfo: false,
        createdTimestamps: false,
      },
      console: true,
      observer: 'inline',
      globalMeterProvider: { cardinalityLimit: 10 },
      resources: { intervalMs: 500, hostMetrics: { groups: ['system.cpu', 'system.cpu'] } },
      gpu: { intervalMs: 100, sources: { nvml: '/lib.so', sysfs: false } },
      drift: { paneMinimumMs: 500, tolerance: { feature: 0.2 }, divergence: 'hellinger', onDriftAlert: () => {} },
      groundTruth: { window: 5 },
      shutdownSignals: ['SIGTERM', 'SIGINT', 'SIGTERM'],
    });

    expect(resolved).to.deep.include({
      labels: [
        { name: 'tenant', max: 50 },
        { name: 'model_version', max: 2 },
      ],
      limits: { models: 50, classesPerModel: 7, errorCodesPerModel: 50 },
      latencyBucketsSeconds: [0.5, 1],
      batchSizeBuckets: [-1, 0, 8],
      prometheus: {
        host: '::',
        port: 0,
        endpoint: '/internal/metrics',
        livenessLimitMs: 5_000,
        targetInfo: false,
        createdTimestamps: false,
      },
      console: { intervalMs: 15_000, exportTimeoutMs: 15_000 },
      observer: 'inline',
      globalMeterProvider: { cardinalityLimit: 10 },
      resources: { intervalMs: 500, hostMetrics: { groups: ['system.cpu'] } },
      gpu: { intervalMs: 100, sources: { nvml: '/lib.so', sysfs: false } },
      drift: {
        settings: { paneMinimumMs: 500, tolerance: { feature: 0.2 }, divergence: 'hellinger', panes: 60 },
        evaluationIntervalMs: 500,
      },
      groundTruth: { maxPending: 10_000, expireAfterMs: 3_600_000, window: 5 },
      shutdownSignals: ['SIGTERM', 'SIGINT'],
    });
  });

  it('switches parts off with false and on with true', () => {
    const off = {
      prometheus: false,
      otlp: false,
      console: false,
      globalMeterProvider: false,
      resources: false,
      gpu: false,
      drift: false,
    };
    const on = Object.fromEntries(Object.keys(off).map((name) => [name, true]));

    expect(resolve(off)).to.deep.include(off);
    expect(Object.entries(resolve(on)).filter(([name, value]) => name in off && value === false)).to.deep.equal([]);
    expect(resolve({ resources: { hostMetrics: false } }).resources).to.deep.include({ hostMetrics: false });
    expect(resolve({ resources: { hostMetrics: { groups: [] } } }).resources).to.deep.include({ hostMetrics: false });
  });

  it('takes undefined for absent, everywhere', () => {
    const options: Record<string, unknown> = {
      ...Object.fromEntries(Object.keys(resolve()).map((name) => [name, undefined])),
      disabled: undefined,
      prometheus: { host: undefined, port: undefined, prot: undefined },
      otlp: { url: undefined, headers: { authorization: undefined } },
      models: { document: { version: undefined, classes: undefined, reference: undefined } },
      resourceAttributes: { team: undefined },
    };
    const resolved = resolve(options);

    expect(resolved.prometheus).to.deep.equal(resolve().prometheus);
    expect(resolved.otlp).to.deep.include({ url: 'http://localhost:4318/v1/metrics', headers: {} });
    expect(resolved.models[0]).to.not.have.any.keys('version', 'reference');
    expect(resolved.resourceAttributes).to.not.have.property('team');
  });

  it('lists declared models, classes as texts and each once, buckets filled in', () => {
    const { models } = resolve({
      confidenceBuckets: [0.5],
      models: {
        document: {
          version: '2026-11-01',
          owner: 'search',
          classes: ['technology', 'sports', 'technology'],
          errorCodes: ['timeout', 503],
          latencyBucketsSeconds: [0.05, 0.1, 0.6, 1],
          reference: './document.reference.json',
        },
        digit: { classes: [0, 1, '1'] },
      },
    });

    expect(models).to.deep.equal([
      {
        name: 'document',
        version: '2026-11-01',
        owner: 'search',
        classes: ['technology', 'sports'],
        errorCodes: ['timeout', '503'],
        latencyBucketsSeconds: [0.05, 0.1, 0.6, 1],
        confidenceBuckets: [0.5],
        batchSizeBuckets: resolve().batchSizeBuckets,
        reference: './document.reference.json',
      },
      {
        name: 'digit',
        classes: ['0', '1'],
        errorCodes: [],
        latencyBucketsSeconds: resolve().latencyBucketsSeconds,
        confidenceBuckets: [0.5],
        batchSizeBuckets: resolve().batchSizeBuckets,
      },
    ]);
  });

  it('takes a reference as a path, a file URL or itself, and copies the latter', () => {
    const reference = { classes: { sports: 0.5 } };
    const { models } = resolve({
      models: { a: { reference: new URL('file:///srv/a.json') }, b: { reference } },
    });
    reference.classes.sports = 0;

    expect(models.map((model) => model.reference)).to.deep.equal(['file:///srv/a.json', { classes: { sports: 0.5 } }]);
  });

  it('survives hostile names of models, classes and attributes', () => {
    const options = JSON.parse(
      '{"models": {"__proto__": {"classes": ["__proto__", "constructor"]}, "constructor": {}, "a\\"b\\n": {}}, "resourceAttributes": {"__proto__": "x"}}',
    ) as ObservabilityOptions;
    const { models, resourceAttributes } = structuredClone(resolve(options));

    expect(models.map((model) => model.name)).to.deep.equal(['__proto__', 'constructor', 'a"b\n']);
    expect(models[0]?.classes).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.hasOwn(resourceAttributes, '__proto__')).to.equal(true);
  });

  it('is plain data that can be posted to a thread', () => {
    const resolved = resolve(
      {
        models: { document: { classes: ['a'], reference: { edges: [1, 2] } } },
        drift: { panes: 10, onDriftAlert: () => {} },
        otlp: { url: 'http://collector', headers: { a: 'b' } },
        console: true,
      },
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem' },
    );

    expect(structuredClone(resolved)).to.deep.equal(resolved);
    expect(JSON.parse(JSON.stringify(resolved))).to.deep.equal(resolved);
  });

  it('does not touch what it is given, nor hold on to it', () => {
    const classes = ['a'];
    const bounds = [1, 2];
    const options = Object.freeze({
      models: Object.freeze({ m: Object.freeze({ classes }) }),
      batchSizeBuckets: bounds,
    });
    const resolved = resolve(options);
    classes.push('b');
    bounds.push(3);

    expect(resolved.models[0]?.classes).to.deep.equal(['a']);
    expect(resolved.batchSizeBuckets).to.deep.equal([1, 2]);
  });
});

describe('environment variables', () => {
  const cases: readonly {
    readonly title: string;
    readonly environment: Record<string, string>;
    readonly options?: ObservabilityOptions;
    readonly expected: object;
    readonly warning?: string;
  }[] = [
    {
      title: 'sets the endpoint from variables',
      environment: { OTEL_EXPORTER_PROMETHEUS_HOST: ' 127.0.0.1 ', OTEL_EXPORTER_PROMETHEUS_PORT: ' 0 ' },
      expected: { prometheus: { ...endpoint(), host: '127.0.0.1', port: 0 } },
    },
    {
      title: 'lets options beat variables, field by field',
      environment: { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: 'nonsense' },
      options: { prometheus: { port: 9999 } },
      expected: { prometheus: { ...endpoint(), host: '127.0.0.1', port: 9999 } },
    },
    {
      title: 'takes an empty or blank variable for unset',
      environment: {
        OTEL_EXPORTER_PROMETHEUS_PORT: '',
        OTEL_EXPORTER_PROMETHEUS_HOST: '  ',
        OTEL_METRICS_EXPORTER: '',
        OTEL_SDK_DISABLED: '',
        OTEL_LOG_LEVEL: '',
        OTEL_SERVICE_NAME: ' ',
        OTEL_RESOURCE_ATTRIBUTES: '',
        OTEL_EXPORTER_OTLP_ENDPOINT: '',
      },
      expected: { prometheus: endpoint(), otlp: false, disabled: false, logLevel: 'warn' },
    },
    {
      title: 'uses the default port where the variable is none',
      environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '90a0' },
      expected: { prometheus: endpoint() },
      warning: 'OTEL_EXPORTER_PROMETHEUS_PORT must be an integer from 0 to 65535, received "90a0"; using 9090.',
    },
    {
      title: 'uses the default port where the variable is beyond all ports',
      environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '65536' },
      expected: { prometheus: endpoint() },
      warning: 'OTEL_EXPORTER_PROMETHEUS_PORT must be an integer from 0 to 65535, received "65536"; using 9090.',
    },
    {
      title: 'uses the default host where the variable holds a port too',
      environment: { OTEL_EXPORTER_PROMETHEUS_HOST: 'localhost:9090' },
      expected: { prometheus: endpoint() },
      warning:
        'OTEL_EXPORTER_PROMETHEUS_HOST must be a host name or an IP address, without a port, received "localhost:9090"; using 0.0.0.0.',
    },
    {
      title: 'says nothing of a wrong port when there is no endpoint',
      environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '90a0' },
      options: { prometheus: false },
      expected: { prometheus: false },
    },
    { title: 'is disabled by TRUE', environment: { OTEL_SDK_DISABLED: 'TRUE' }, expected: { disabled: true } },
    { title: 'is not disabled by false', environment: { OTEL_SDK_DISABLED: 'False' }, expected: { disabled: false } },
    {
      title: 'is not disabled by 1, and says so',
      environment: { OTEL_SDK_DISABLED: '1' },
      expected: { disabled: false },
      warning: 'OTEL_SDK_DISABLED must be true or false, received "1"; taking it as false.',
    },
    {
      title: 'takes a log level in any case',
      environment: { OTEL_LOG_LEVEL: 'DEBUG' },
      expected: { logLevel: 'debug' },
    },
    {
      title: 'keeps the default for an unknown log level',
      environment: { OTEL_LOG_LEVEL: 'loud' },
      expected: { logLevel: 'warn' },
      warning:
        'OTEL_LOG_LEVEL must be "none", "error", "warn", "info", "debug", "verbose" or "all", received "loud"; using warn.',
    },
    {
      title: 'shows no more than 80 characters of a value',
      environment: { OTEL_LOG_LEVEL: 'x'.repeat(10_000) },
      expected: {},
      warning: `OTEL_LOG_LEVEL must be "none", "error", "warn", "info", "debug", "verbose" or "all", received "${'x'.repeat(80)}..."; using warn.`,
    },
    {
      title: 'takes the interval of the console from its variable',
      environment: { OTEL_METRICS_EXPORTER: 'console', OTEL_METRIC_EXPORT_INTERVAL: '200' },
      expected: { console: { intervalMs: 200, exportTimeoutMs: 200 } },
    },
    {
      title: 'says a wrong interval once, though two exporters read it',
      environment: { OTEL_METRICS_EXPORTER: 'console,otlp', OTEL_METRIC_EXPORT_INTERVAL: '-5' },
      expected: { console: { intervalMs: 15_000, exportTimeoutMs: 15_000 } },
      warning:
        'OTEL_METRIC_EXPORT_INTERVAL must be an integer from 10 to 86400000, received "-5"; exporting every 15000 ms.',
    },
  ];

  function endpoint(): object {
    return {
      host: '0.0.0.0',
      port: 9090,
      endpoint: '/metrics',
      livenessLimitMs: 60_000,
      targetInfo: true,
      createdTimestamps: false,
    };
  }

  for (const { title, environment, options, expected, warning } of cases) {
    it(title, () => {
      const resolved = resolve(options, environment);

      expect(resolved).to.deep.include(expected);
      expect(resolved.warnings).to.deep.equal(warning === undefined ? [] : [warning]);
    });
  }
});
