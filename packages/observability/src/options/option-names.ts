import { ConfigurationError } from '../errors/configuration-error.ts';
import { closestName } from './closest-name.ts';
import { driftOptionNames } from './drift-detection.ts';
import { optionPath } from './option-path.ts';
import { plainObject } from './option-reader.ts';

/** Options of each object by its path. Objects whose keys the user chooses (models, labels) are checked by entry. */
const optionNames = {
  '': [
    'serviceName',
    'serviceVersion',
    'models',
    'labels',
    'limits',
    'latencyBucketsSeconds',
    'confidenceBuckets',
    'batchSizeBuckets',
    'nativeHistograms',
    'prometheus',
    'exemplars',
    'otlp',
    'console',
    'observer',
    'globalMeterProvider',
    'resources',
    'gpu',
    'drift',
    'groundTruth',
    'resourceAttributes',
    'shutdownSignals',
  ],
  limits: ['models', 'classesPerModel', 'errorCodesPerModel'],
  prometheus: ['host', 'port', 'endpoint', 'livenessLimitMs', 'targetInfo', 'createdTimestamps'],
  otlp: ['url', 'intervalMs', 'timeoutMs', 'headers', 'temporality', 'compression'],
  globalMeterProvider: ['cardinalityLimit'],
  resources: ['intervalMs', 'hostMetrics'],
  'resources.hostMetrics': ['groups'],
  gpu: ['intervalMs', 'slowIntervalMs', 'sources', 'semanticConventions'],
  'gpu.sources': ['nvml', 'nvidiaSmi', 'sysfs', 'systeminformation'],
  ...driftOptionNames,
  groundTruth: ['maxPending', 'expireAfterMs', 'window'],
} as const satisfies Record<string, readonly string[]>;

const modelOptionNames: readonly string[] = [
  'version',
  'owner',
  'classes',
  'errorCodes',
  'latencyBucketsSeconds',
  'confidenceBuckets',
  'batchSizeBuckets',
  'reference',
];

const labelOptionNames: readonly string[] = ['max'];

/**
 * Refuses names that are no option, in all objects whose names are ours, and says which was probably meant.
 * @throws ConfigurationError for the first one
 */
export function refuseUnknownNames(options: Readonly<Record<string, unknown>>): void {
  for (const [path, names] of Object.entries(optionNames)) {
    const given = at(options, path);
    if (isObject(given)) {
      refuseNamesBeyond(names, given, path);
    }
  }
  refuseInEntries(options, 'models', modelOptionNames);
  refuseInEntries(options, 'labels', labelOptionNames);
}

function refuseInEntries(options: Readonly<Record<string, unknown>>, path: string, names: readonly string[]): void {
  const given = at(options, path);
  if (!isObject(given)) {
    return;
  }
  for (const [key, entry] of Object.entries(given)) {
    const entryPath = optionPath(path, key);
    refuseNamesBeyond(names, plainObject(entry, entryPath), entryPath);
  }
}

function refuseNamesBeyond(names: readonly string[], given: Readonly<Record<string, unknown>>, path: string): void {
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined && !names.includes(name)) {
      const meant = closestName(name, names);
      const suggestion = meant === undefined ? elsewhere(name) : optionPath(path, meant);
      throw new ConfigurationError({
        option: optionPath(path, name),
        requirement: 'is not an option',
        remedy: suggestion === undefined ? `${ownerOf(path)} takes ${names.join(', ')}` : `did you mean ${suggestion}?`,
      });
    }
  }
}

/** An option of another object: `port` at the top is `prometheus.port`. */
function elsewhere(name: string): string | undefined {
  for (const [path, names] of Object.entries(optionNames)) {
    const meant = closestName(name, names);
    if (meant !== undefined) {
      return optionPath(path, meant);
    }
  }
  return undefined;
}

function ownerOf(path: string): string {
  return path === '' ? 'initObservability()' : `options.${path}`;
}

function at(options: Readonly<Record<string, unknown>>, path: string): unknown {
  let found: unknown = options;
  for (const name of path === '' ? [] : path.split('.')) {
    found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
