import type { DriftAlert } from '@inferometer/drift-metrics';
import { defaultBucketBounds, resolveBucketBounds } from './bucket-bounds.ts';
import { resolveLabels } from './declared-labels.ts';
import { resolveModels } from './declared-models.ts';
import { type Environment, type EnvironmentReader, readEnvironment } from './environment-reader.ts';
import { resolveDriftCallback, resolveDriftDetection } from './drift-detection.ts';
import { resolveExportPace } from './export-pace.ts';
import { selectExporters } from './exporter-selection.ts';
import { resolveGpuCollection } from './gpu-collection.ts';
import { resolveGroundTruth } from './ground-truth-memory.ts';
import { resolveLimits } from './label-limits.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import { refuseUnknownNames } from './option-names.ts';
import { type OptionReader, plainObject, readOptions } from './option-reader.ts';
import { resolveOtlp } from './otlp-export.ts';
import { resolvePrometheus } from './prometheus-endpoint.ts';
import type { LogLevel, ResolvedGlobalMeterProvider, ResolvedOptions } from './resolved-options.ts';
import { resolveResource } from './resource.ts';
import { resolveResourceCollection } from './resource-collection.ts';
import { resolveShutdownSignals } from './shutdown-signals.ts';
import { processSurroundings, type Surroundings } from './surroundings.ts';

/** What became of options and variables. */
export interface Resolution {
  readonly options: ResolvedOptions;
  /** Beside the options, as functions cannot be posted to a thread. */
  readonly onDriftAlert: ((alert: DriftAlert) => void) | undefined;
  /** One sentence for each environment variable that is wrong. */
  readonly warnings: readonly string[];
}

const observers = ['thread', 'inline'] as const;

const logLevels: readonly LogLevel[] = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'];

/** Below the specification's `info`, at which OpenTelemetry's exporters report every failed try. */
const DEFAULT_LOG_LEVEL: LogLevel = 'warn';

/** As the specification has it. */
const DEFAULT_CARDINALITY_LIMIT = 2_000;

/**
 * Options, else environment variables, else defaults, all checked. It reads nothing but its parameters.
 * @throws ConfigurationError for the first option that is wrong
 */
export function resolveOptions(
  given: ObservabilityOptions | undefined,
  environment: Environment,
  surroundings: Surroundings = processSurroundings(),
): Resolution {
  refuseUnknownNames(plainObject(given ?? {}, 'options'));
  const options = readOptions(given, '');
  const variables = readEnvironment(environment);
  const resolved = resolveAll(options, variables, surroundings);
  return { options: resolved, onDriftAlert: resolveDriftCallback(options), warnings: variables.warnings };
}

function resolveAll(options: OptionReader, variables: EnvironmentReader, surroundings: Surroundings): ResolvedOptions {
  const buckets = resolveBucketBounds(options, defaultBucketBounds);
  const exporters = selectExporters(options, variables);
  return {
    disabled: variables.boolean('OTEL_SDK_DISABLED'),
    logLevel: variables.choice('OTEL_LOG_LEVEL', logLevels, `using ${DEFAULT_LOG_LEVEL}`) ?? DEFAULT_LOG_LEVEL,
    models: resolveModels(options, buckets),
    labels: resolveLabels(options),
    limits: resolveLimits(options),
    ...buckets,
    nativeHistograms: options.boolean('nativeHistograms') ?? false,
    prometheus: exporters.prometheus && resolvePrometheus(options.part('prometheus'), variables),
    exemplars: (options.boolean('exemplars') ?? true) && exporters.prometheus,
    otlp: exporters.otlp && resolveOtlp(options.part('otlp'), variables),
    console: exporters.console && resolveExportPace(undefined, variables),
    observer: options.choice('observer', observers) ?? 'thread',
    globalMeterProvider: resolveGlobalMeterProvider(options),
    resources: resolveResourceCollection(options),
    gpu: resolveGpuCollection(options),
    drift: resolveDriftDetection(options),
    groundTruth: resolveGroundTruth(options),
    resourceAttributes: resolveResource(options, variables, surroundings),
    shutdownSignals: resolveShutdownSignals(options),
  };
}

function resolveGlobalMeterProvider(options: OptionReader): ResolvedGlobalMeterProvider | false {
  const provider = options.part('globalMeterProvider');
  if (options.value('globalMeterProvider') === false) {
    return false;
  }
  const cardinalityLimit = provider.integer('cardinalityLimit', { min: 1, max: 100_000 });
  return { cardinalityLimit: cardinalityLimit ?? DEFAULT_CARDINALITY_LIMIT };
}
