import type { DriftOptions } from '@inferometer/drift-metrics';
import type { GpuSourceOptions } from '@inferometer/gpu-metrics';
import type { HostMetricsGroup, ShutdownSignal } from './observability-options.ts';

/**
 * The options with every default, variable and check behind them: plain data that the structured clone takes, because
 * it is posted to the observer thread. Names that users choose (models, labels) are values here and never keys, so that
 * a model called `__proto__` is a model like others.
 */
export interface ResolvedOptions {
  /** OTEL_SDK_DISABLED: nothing is to be started or recorded. */
  readonly disabled: boolean;
  readonly logLevel: LogLevel;
  readonly models: readonly ResolvedModel[];
  readonly labels: readonly ResolvedLabel[];
  readonly limits: ResolvedLimits;
  readonly latencyBucketsSeconds: readonly number[];
  readonly confidenceBuckets: readonly number[];
  readonly batchSizeBuckets: readonly number[];
  readonly nativeHistograms: boolean;
  readonly prometheus: ResolvedPrometheus | false;
  /** Whether examples of latencies are kept: there is a scrape that tells them. */
  readonly exemplars: boolean;
  readonly otlp: ResolvedOtlp | false;
  readonly console: ResolvedConsole | false;
  readonly observer: 'thread' | 'inline';
  readonly globalMeterProvider: ResolvedGlobalMeterProvider | false;
  readonly resources: ResolvedResources | false;
  readonly gpu: ResolvedGpu | false;
  readonly drift: ResolvedDrift | false;
  readonly groundTruth: ResolvedGroundTruth;
  /** All resource attributes but `telemetry.sdk.*`, which the SDK adds itself. */
  readonly resourceAttributes: ResourceAttributes;
  readonly shutdownSignals: readonly ShutdownSignal[];
}

/** Names of the levels of `DiagLogLevel`, in lower case. */
export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';

export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;

export interface ResolvedModel {
  readonly name: string;
  readonly version?: string;
  readonly owner?: string;
  readonly classes: readonly string[];
  readonly errorCodes: readonly string[];
  readonly latencyBucketsSeconds: readonly number[];
  readonly confidenceBuckets: readonly number[];
  readonly batchSizeBuckets: readonly number[];
  /** Path or file URL of the reference, the reference itself, or `{ warmUp: { samples } }`. */
  readonly reference?: string | Readonly<Record<string, unknown>>;
}

export interface ResolvedLabel {
  readonly name: string;
  readonly max: number;
}

export interface ResolvedLimits {
  readonly models: number;
  readonly classesPerModel: number;
  readonly errorCodesPerModel: number;
}

export interface ResolvedPrometheus {
  readonly host: string;
  readonly port: number;
  readonly endpoint: string;
  readonly livenessLimitMs: number;
  readonly targetInfo: boolean;
  readonly createdTimestamps: boolean;
}

export interface ResolvedOtlp {
  /** Where the requests go, path included. */
  readonly url: string;
  /** Headers from code; the exporter adds those of OTEL_EXPORTER_OTLP_*HEADERS, which these beat. */
  readonly headers: Readonly<Record<string, string>>;
  readonly temporality: Temporality;
  readonly compression: 'none' | 'gzip';
  readonly intervalMs: number;
  /** Bound of one collection, and of one export with all that is done for it; at most `intervalMs`. */
  readonly exportTimeoutMs: number;
  /** Bound of one request; at most `exportTimeoutMs`. */
  readonly requestTimeoutMs: number;
  /** Files for TLS, from OTEL_EXPORTER_OTLP_*CERTIFICATE, *CLIENT_CERTIFICATE and *CLIENT_KEY. */
  readonly certificateFile?: string;
  readonly clientCertificateFile?: string;
  readonly clientKeyFile?: string;
}

export type Temporality = 'cumulative' | 'delta' | 'lowmemory';

export interface ResolvedConsole {
  readonly intervalMs: number;
  readonly exportTimeoutMs: number;
}

export interface ResolvedGlobalMeterProvider {
  readonly cardinalityLimit: number;
}

/** What is left out is for the sampler of `@inferometer/gpu-metrics` to choose. */
export interface ResolvedGpu {
  readonly intervalMs?: number;
  readonly slowIntervalMs?: number;
  readonly sources?: GpuSourceOptions;
  /** Left out: in what is pushed, and not in the scrape. */
  readonly semanticConventions?: boolean;
}

export interface ResolvedDrift {
  /** What is left out is for `@inferometer/drift-metrics` to choose. */
  readonly settings: DriftOptions & { readonly panes: number };
  readonly evaluationIntervalMs: number;
}

export interface ResolvedResources {
  readonly intervalMs: number;
  readonly hostMetrics: { readonly groups: readonly HostMetricsGroup[] } | false;
}

export interface ResolvedGroundTruth {
  readonly maxPending: number;
  readonly expireAfterMs: number;
  readonly window: number;
}
