import { expect } from 'chai';
import { ConfigurationError } from '../../../packages/observability/src/errors/configuration-error.ts';
import type { ObservabilityOptions } from '../../../packages/observability/src/options/observability-options.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import { fakeSurroundings } from './fake-surroundings.ts';

function errorOf(options: unknown): ConfigurationError {
  try {
    resolveOptions(options as ObservabilityOptions, {}, fakeSurroundings());
  } catch (error) {
    if (ConfigurationError.isInstance(error)) {
      return error;
    }
    throw error;
  }
  throw new Error('no error');
}

const rising = 'must be an array of 1 to 200 rising numbers';
const names = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`label${index}`, { max: 1 }]));

const messages: readonly (readonly [options: unknown, message: string])[] = [
  [
    { prometheus: { port: '90a0' } },
    'prometheus.port must be an integer from 0 to 65535, received "90a0"; set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT.',
  ],
  ...[65_536, -1, 9090.5, Number.NaN, Infinity, null, true, 9090n].map(
    (port) =>
      [
        { prometheus: { port } },
        `prometheus.port must be an integer from 0 to 65535, received ${typeof port === 'bigint' ? '9090n' : String(port)}; set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT.`,
      ] as const,
  ),
  // Names that are no option.
  [{ promethues: {} }, 'promethues is not an option; did you mean prometheus?'],
  [{ Prometheus: {} }, 'Prometheus is not an option; did you mean prometheus?'],
  [{ port: 9090 }, 'port is not an option; did you mean prometheus.port?'],
  [{ interval: 5 }, 'interval is not an option; did you mean otlp.intervalMs?'],
  [{ latencyBuckets: [1] }, 'latencyBuckets is not an option; did you mean latencyBucketsSeconds?'],
  [{ prometheus: { prot: 1 } }, 'prometheus.prot is not an option; did you mean prometheus.port?'],
  [{ otlp: { URL: 'http://a' } }, 'otlp.URL is not an option; did you mean otlp.url?'],
  [
    { resources: { hostMetrics: { group: [] } } },
    'resources.hostMetrics.group is not an option; did you mean resources.hostMetrics.groups?',
  ],
  [{ models: { a: { clases: [] } } }, 'models.a.clases is not an option; did you mean models.a.classes?'],
  [{ labels: { tenant: { maximum: 1 } } }, 'labels.tenant.maximum is not an option; options.labels.tenant takes max.'],
  [
    { limits: { xylophone: 1 } },
    'limits.xylophone is not an option; options.limits takes models, classesPerModel, errorCodesPerModel.',
  ],
  // Wrong types.
  ['x', 'options must be an object, received "x"; set options or leave it out.'],
  [[], 'options must be an object, received an empty array; set options or leave it out.'],
  [
    { serviceName: '' },
    'serviceName must be a text that is not empty, received ""; set options.serviceName or OTEL_SERVICE_NAME.',
  ],
  [
    { serviceName: 7 },
    'serviceName must be a text that is not empty, received 7; set options.serviceName or OTEL_SERVICE_NAME.',
  ],
  [
    { serviceVersion: {} },
    'serviceVersion must be a text that is not empty, received an object; set options.serviceVersion or OTEL_RESOURCE_ATTRIBUTES.',
  ],
  [{ console: 'yes' }, 'console must be true or false, received "yes"; set options.console or leave it out.'],
  [
    { observer: 'Thread' },
    'observer must be "thread" or "inline", received "Thread"; set options.observer or leave it out.',
  ],
  ...['prometheus', 'otlp', 'resources', 'gpu', 'drift', 'globalMeterProvider'].map(
    (name) =>
      [
        { [name]: 'on' },
        `${name} must be an object, true or false, received "on"; set options.${name} or leave it out.`,
      ] as const,
  ),
  ...['models', 'labels', 'limits', 'groundTruth', 'resourceAttributes'].map(
    (name) =>
      [{ [name]: true }, `${name} must be an object, received true; set options.${name} or leave it out.`] as const,
  ),
  [
    { drift: { paneMinimumMs: 0 } },
    'drift.paneMinimumMs must be a number from 1 to 2592000000, received 0; set options.drift.paneMinimumMs or leave it out.',
  ],
  [
    { drift: { panes: 1 } },
    'drift.panes must be an integer from 2 to 1440, received 1; set options.drift.panes or leave it out.',
  ],
  [
    { drift: { tolerance: Number.NaN } },
    'drift.tolerance must be a number from 0 to 10, received NaN; set options.drift.tolerance or leave it out.',
  ],
  [
    { drift: { tolerance: { feature: '0.1' } } },
    'drift.tolerance.feature must be a number from 0 to 10, received "0.1"; set options.drift.tolerance.feature or leave it out.',
  ],
  [
    { drift: { effectFloor: null } },
    'drift.effectFloor must be an object, received null; set options.drift.effectFloor or leave it out.',
  ],
  [
    { drift: { tolerance: { features: 0.1 } } },
    'drift.tolerance.features is not an option; did you mean drift.tolerance.feature?',
  ],
  [
    { drift: { clearBelow: 0.2 } },
    'drift.clearBelow must not be above effectFloor, 0.1 for distribution, received 0.2; set options.drift.clearBelow or leave it out.',
  ],
  [
    { drift: { effectFloor: { performance: 0.05 }, clearBelow: 0.07 } },
    'drift.clearBelow must not be above effectFloor, 0.05 for performance, received 0.07; set options.drift.clearBelow or leave it out.',
  ],
  [
    { drift: { meanTimeBetweenFalseAlarmsMs: 60_000 } },
    'drift.meanTimeBetweenFalseAlarmsMs must be at least 10 times paneMinimumMs, 600000, received 60000; set options.drift.meanTimeBetweenFalseAlarmsMs or leave it out.',
  ],
  [
    { drift: { divergence: 'psi' } },
    'drift.divergence must be "populationStability", "populationStabilityRaw", "jensenShannon", "jensenShannonBase2", "hellinger", "totalVariation", "kolmogorovSmirnov", "wasserstein" or "wassersteinScaled", received "psi"; set options.drift.divergence or leave it out.',
  ],
  [
    { drift: { divergence: { distribution: 'wasserstein' } } },
    'drift.divergence.distribution must be "populationStability", "populationStabilityRaw", "jensenShannon", "jensenShannonBase2", "hellinger" or "totalVariation", received "wasserstein"; set options.drift.divergence.distribution or leave it out.',
  ],
  [
    { drift: { evaluationIntervalMs: 1 } },
    'drift.evaluationIntervalMs must be an integer from 10 to 3600000, received 1; set options.drift.evaluationIntervalMs or leave it out.',
  ],
  [
    { drift: { onDriftAlert: 'page' } },
    'drift.onDriftAlert must be a function, received "page"; set options.drift.onDriftAlert or leave it out.',
  ],
  [{ drift: { onDriftAlerts: () => {} } }, 'drift.onDriftAlerts is not an option; did you mean drift.onDriftAlert?'],
  [
    { models: { a: { reference: { warmUp: { samples: 10 } } } } },
    'models.a.reference.warmUp.samples must be an integer from 100 to 100000, received 10; set options.models.a.reference.warmUp.samples or leave it out.',
  ],
  [
    { models: { a: { reference: { warmUp: true } } } },
    'models.a.reference.warmUp must be an object, received true; set options.models.a.reference.warmUp or leave it out.',
  ],
  [
    { gpu: { intervalMs: 50 } },
    'gpu.intervalMs must be an integer from 100 to 3600000, received 50; set options.gpu.intervalMs or leave it out.',
  ],
  [
    { gpu: { slowIntervalMs: '1m' } },
    'gpu.slowIntervalMs must be an integer from 100 to 3600000, received "1m"; set options.gpu.slowIntervalMs or leave it out.',
  ],
  [
    { gpu: { semanticConventions: 1 } },
    'gpu.semanticConventions must be true or false, received 1; set options.gpu.semanticConventions or leave it out.',
  ],
  [
    { gpu: { sources: false } },
    'gpu.sources must be an object, received false; set options.gpu.sources or leave it out.',
  ],
  [
    { gpu: { sources: { nvml: true } } },
    'gpu.sources.nvml must be a path or false, received true; set options.gpu.sources.nvml or leave it out.',
  ],
  [
    { gpu: { sources: { sysfs: ' ' } } },
    'gpu.sources.sysfs must be a path or false, received " "; set options.gpu.sources.sysfs or leave it out.',
  ],
  [
    { gpu: { sources: { systeminformation: 'no' } } },
    'gpu.sources.systeminformation must be true or false, received "no"; set options.gpu.sources.systeminformation or leave it out.',
  ],
  // Bounds.
  ...['latencyBucketsSeconds', 'confidenceBuckets', 'batchSizeBuckets'].flatMap((name) => [
    [{ [name]: [] }, `${name} ${rising}, received an empty array; set options.${name} or leave it out.`] as const,
    [{ [name]: 0.5 }, `${name} ${rising}, received 0.5; set options.${name} or leave it out.`] as const,
    [
      { [name]: Array.from({ length: 201 }, (_, index) => index) },
      `${name} ${rising}, received an array of 201; set options.${name} or leave it out.`,
    ] as const,
    [
      { [name]: [1, 2, 2] },
      `${name}[2] must be greater than the bound before it, 2, received 2; set options.${name} or leave it out.`,
    ] as const,
    [
      { [name]: [1, Infinity] },
      `${name}[1] must be a finite number, received Infinity; set options.${name} or leave it out.`,
    ] as const,
    [
      { [name]: [Number.NaN] },
      `${name}[0] must be a finite number, received NaN; set options.${name} or leave it out.`,
    ] as const,
    [
      { [name]: [1, '2'] },
      `${name}[1] must be a finite number, received "2"; set options.${name} or leave it out.`,
    ] as const,
    [
      { [name]: Array.from({ length: 2 }) },
      `${name}[0] must be a finite number, received undefined; set options.${name} or leave it out.`,
    ] as const,
  ]),
  [
    { models: { document: { latencyBucketsSeconds: [2, 1] } } },
    'models.document.latencyBucketsSeconds[1] must be greater than the bound before it, 2, received 1; set options.models.document.latencyBucketsSeconds or leave it out.',
  ],
  // Declared models.
  [{ models: [] }, 'models must be an object, received an empty array; set options.models or leave it out.'],
  [{ models: { '': {} } }, 'models must not have a model with an empty name; name it in options.models.'],
  [{ models: { a: 'x' } }, 'models.a must be an object, received "x"; set options.models.a or leave it out.'],
  [
    { models: { 'a b\n': { version: 1 } } },
    'models["a b\\n"].version must be a text that is not empty, received 1; set options.models["a b\\n"].version or leave it out.',
  ],
  [
    { models: { a: { classes: 'sports' } } },
    'models.a.classes must be an array of at most 100000 texts or numbers, received "sports"; set options.models.a.classes or leave it out.',
  ],
  ...[Number.NaN, '', null, true, {}].map(
    (item, index) =>
      [
        { models: { a: { errorCodes: ['timeout', item] } } },
        `models.a.errorCodes[1] must be a text that is not empty or a finite number, received ${['NaN', '""', 'null', 'true', 'an object'][index]}; set options.models.a.errorCodes or leave it out.`,
      ] as const,
  ),
  ...(
    [
      [new URL('http://host/reference.json'), 'an object of class URL'],
      [5, '5'],
      [' ', '" "'],
      [null, 'null'],
      [[], 'an empty array'],
    ] as const
  ).map(
    ([reference, received]) =>
      [
        { models: { a: { reference } } },
        `models.a.reference must be a path, a file URL, the reference itself or { warmUp: { samples } }, received ${received}; set options.models.a.reference or leave it out.`,
      ] as const,
  ),
  // Declared labels.
  ...['2x', 'a-b', 'a.b', '', 'ü'].map(
    (name) =>
      [
        { labels: { [name]: { max: 1 } } },
        `labels${/^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`} must be named with letters, digits and underscores, no digit first; name it otherwise in options.labels.`,
      ] as const,
  ),
  ...[
    '__name__',
    'model_type',
    'status',
    'error_code',
    'predicted_class',
    'phase',
    'outcome',
    'le',
    'quantile',
    'job',
    'instance',
    'otel_metric_overflow',
    'otel_scope_name',
  ].map(
    (name) =>
      [
        { labels: { [name]: { max: 1 } } },
        `labels.${name} must not take a name that Prometheus, OpenTelemetry or the metrics themselves use; name it otherwise in options.labels.`,
      ] as const,
  ),
  [
    { labels: { tenant: {} } },
    'labels.tenant.max must be an integer from 1 to 10000, received undefined; set it to how many values the label may have.',
  ],
  [
    { labels: { tenant: { max: 0 } } },
    'labels.tenant.max must be an integer from 1 to 10000, received 0; set options.labels.tenant.max or leave it out.',
  ],
  [{ labels: names }, 'labels must be at most 10 labels, received an object; set options.labels or leave it out.'],
  // Numbers out of range.
  [
    { limits: { models: 0 } },
    'limits.models must be an integer from 1 to 1000, received 0; set options.limits.models or leave it out.',
  ],
  [
    { limits: { classesPerModel: 1e9 } },
    'limits.classesPerModel must be an integer from 1 to 100000, received 1000000000; set options.limits.classesPerModel or leave it out.',
  ],
  [
    { groundTruth: { expireAfterMs: 999 } },
    'groundTruth.expireAfterMs must be an integer from 1000 to 604800000, received 999; set options.groundTruth.expireAfterMs or leave it out.',
  ],
  [
    { prometheus: { livenessLimitMs: 1 } },
    'prometheus.livenessLimitMs must be an integer from 1000 to 86400000, received 1; set options.prometheus.livenessLimitMs or leave it out.',
  ],
  [
    { resources: { intervalMs: 99 } },
    'resources.intervalMs must be an integer from 100 to 86400000, received 99; set options.resources.intervalMs or leave it out.',
  ],
  [
    { globalMeterProvider: { cardinalityLimit: -1 } },
    'globalMeterProvider.cardinalityLimit must be an integer from 1 to 100000, received -1; set options.globalMeterProvider.cardinalityLimit or leave it out.',
  ],
  // Endpoint.
  ...['', 'http://localhost', 'localhost:9090', 'a b', 7].map(
    (host) =>
      [
        { prometheus: { host } },
        `prometheus.host must be a host name or an IP address, without a port, received ${JSON.stringify(host)}; set options.prometheus.host or OTEL_EXPORTER_PROMETHEUS_HOST.`,
      ] as const,
  ),
  ...['metrics', '', '/a b', '/a?b', '/a\n'].map(
    (endpoint) =>
      [
        { prometheus: { endpoint } },
        `prometheus.endpoint must be a path that begins with a slash, received ${JSON.stringify(endpoint)}; set options.prometheus.endpoint or leave it out.`,
      ] as const,
  ),
  [
    { prometheus: { endpoint: '/livez' } },
    'prometheus.endpoint must not be /, /healthz, /livez, received "/livez"; set options.prometheus.endpoint or leave it out.',
  ],
  // OTLP; nothing that may be secret is shown.
  [
    { otlp: { url: 'ftp://me:secret@host/path?key=secret' } },
    'otlp.url must be an http or https URL, such as http://localhost:4318, received "ftp://host/path"; set options.otlp.url or OTEL_EXPORTER_OTLP_ENDPOINT.',
  ],
  [
    { otlp: { url: 'localhost:4318' } },
    'otlp.url must be an http or https URL, such as http://localhost:4318, received "localhost:4318"; set options.otlp.url or OTEL_EXPORTER_OTLP_ENDPOINT.',
  ],
  [
    { otlp: { url: new URL('http://me:secret@host') } },
    'otlp.url must be an http or https URL, such as http://localhost:4318, received an object of class URL; set options.otlp.url or OTEL_EXPORTER_OTLP_ENDPOINT.',
  ],
  [
    { otlp: { intervalMs: 9 } },
    'otlp.intervalMs must be an integer from 10 to 86400000, received 9; set options.otlp.intervalMs or OTEL_METRIC_EXPORT_INTERVAL.',
  ],
  [
    { otlp: { timeoutMs: 0 } },
    'otlp.timeoutMs must be an integer from 1 to 86400000, received 0; set options.otlp.timeoutMs or OTEL_EXPORTER_OTLP_TIMEOUT.',
  ],
  [
    { otlp: { temporality: 'sigma' } },
    'otlp.temporality must be "cumulative", "delta" or "lowmemory", received "sigma"; set options.otlp.temporality or OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE.',
  ],
  [
    { otlp: { compression: 'zstd' } },
    'otlp.compression must be "none" or "gzip", received "zstd"; set options.otlp.compression or OTEL_EXPORTER_OTLP_COMPRESSION.',
  ],
  [
    { otlp: { headers: { 'a b': 'secret' } } },
    'otlp.headers["a b"] must have a name that is valid in HTTP; set options.otlp.headers or OTEL_EXPORTER_OTLP_HEADERS.',
  ],
  [
    { otlp: { headers: { authorization: 'secret\r\nhost: evil' } } },
    'otlp.headers.authorization must be a text without line breaks or characters beyond latin1; set options.otlp.headers or OTEL_EXPORTER_OTLP_HEADERS.',
  ],
  [
    { otlp: { headers: { authorization: 7 } } },
    'otlp.headers.authorization must be a text without line breaks or characters beyond latin1; set options.otlp.headers or OTEL_EXPORTER_OTLP_HEADERS.',
  ],
  // Resource attributes, groups, signals.
  [
    { resourceAttributes: { team: null } },
    'resourceAttributes.team must be a text, a finite number or a boolean, received null; set options.resourceAttributes or OTEL_RESOURCE_ATTRIBUTES.',
  ],
  [
    { resourceAttributes: { share: Number.NaN } },
    'resourceAttributes.share must be a text, a finite number or a boolean, received NaN; set options.resourceAttributes or OTEL_RESOURCE_ATTRIBUTES.',
  ],
  [
    { resourceAttributes: { '': 'x' } },
    'resourceAttributes must not have an empty name; set options.resourceAttributes or leave it out.',
  ],
  [
    { resources: { hostMetrics: { groups: ['process.gpu'] } } },
    'resources.hostMetrics.groups[0] must be "system.cpu", "system.memory", "system.network", "process.cpu" or "process.memory", received "process.gpu"; set options.resources.hostMetrics.groups or leave it out.',
  ],
  [
    { shutdownSignals: ['SIGKILL'] },
    'shutdownSignals[0] must be the name of a signal that can be handled, such as "SIGTERM", received "SIGKILL"; set options.shutdownSignals or leave it out.',
  ],
  [
    { shutdownSignals: ['toString'] },
    'shutdownSignals[0] must be the name of a signal that can be handled, such as "SIGTERM", received "toString"; set options.shutdownSignals or leave it out.',
  ],
  [
    { shutdownSignals: 'SIGTERM' },
    'shutdownSignals must be an array of names of signals, received "SIGTERM"; set options.shutdownSignals or leave it out.',
  ],
];

describe('ConfigurationError', () => {
  for (const [options, message] of messages) {
    it(`says: ${message}`, () => {
      expect(String(errorOf(options))).to.equal(`ConfigurationError: ${message}`);
    });
  }

  it('names code and option, and is an Error', () => {
    const error = errorOf({ prometheus: { port: -1 } });

    expect(error).to.be.an.instanceOf(Error);
    expect(error).to.include({ code: 'CONFIGURATION', name: 'ConfigurationError', option: 'prometheus.port' });
  });

  it('is known for what it is by another copy of the package', () => {
    const marked = { [Symbol.for('inferometer.ConfigurationError')]: true };

    expect(ConfigurationError.isInstance(marked)).to.equal(true);
    for (const other of [new Error('x'), null, undefined, 'x', {}]) {
      expect(ConfigurationError.isInstance(other)).to.equal(false);
    }
  });

  it('is thrown for a wrong option though a right variable is set, and though its part is disabled', () => {
    const environment = {
      OTEL_EXPORTER_PROMETHEUS_PORT: '9091',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_SDK_DISABLED: 'true',
    };

    expect(() => resolveOptions({ prometheus: { port: -1 } }, environment, fakeSurroundings())).to.throw(
      'prometheus.port must be an integer',
    );
  });

  it('keeps a long name short', () => {
    const name = 'x'.repeat(100_000);

    expect(errorOf({ [name]: 1 }).message).to.have.length.below(500);
    expect(errorOf({ models: { [name]: 1 } }).message).to.have.length.below(500);
  });
});
