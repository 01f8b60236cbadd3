import type { DriftAlert, DriftOptions as DriftJudgementOptions, ReferenceProfile } from '@inferometer/drift-metrics';
import type { GpuSourceOptions } from '@inferometer/gpu-metrics';

/**
 * What `initObservability()` takes. Everything is optional. What is given here beats the environment variable that is
 * named with it, which beats the default; `undefined` is as good as absent.
 *
 * A wrong value, or a name that is no option, throws `ConfigurationError` at once. A wrong environment variable never
 * throws: it is warned about and has no effect beyond its own part.
 */
export interface ObservabilityOptions {
  /**
   * Name of the service, the resource attribute `service.name`. Default: OTEL_SERVICE_NAME, else `service.name` in
   * OTEL_RESOURCE_ATTRIBUTES, else the `name` of the application's package.json, else `unknown_service:node`.
   */
  readonly serviceName?: string;
  /**
   * Version of the service, the resource attribute `service.version`. Default: `service.version` in
   * OTEL_RESOURCE_ATTRIBUTES, else the `version` of the application's package.json, else none.
   */
  readonly serviceVersion?: string;
  /**
   * Models by name, the label `model_type`. What is declared exists at 0 from the start and is never cut by a limit.
   * At most 1,000. Default: none; models then appear with their first inference.
   */
  readonly models?: Readonly<Record<string, ModelOptions>>;
  /**
   * Further labels by name, which a recording may set: `trackInference({ ..., labels: { tenant: 'acme' } })`. At most
   * 10; names as Prometheus takes them, and not those that the metrics already have. Each model has series for 1,000
   * sets of them, and each thread for 200,000 series in all; the rest is counted in overflow series. Default: none.
   */
  readonly labels?: Readonly<Record<string, LabelOptions>>;
  /** How many different models, classes and error codes may appear beyond what is declared. */
  readonly limits?: LimitOptions;
  /**
   * Upper bounds of the latency buckets in seconds, rising; 1 to 200 of them, finite. Default: .001 .0025 .005 .01
   * .025 .05 .1 .25 .5 .6 1 2.5 5 10 30 60 120.
   */
  readonly latencyBucketsSeconds?: readonly number[];
  /**
   * Upper bounds of the confidence buckets, rising; 1 to 200 of them, finite. Default: .05 to .95 by .05, then .97 .99
   * .995 .999 1.
   */
  readonly confidenceBuckets?: readonly number[];
  /**
   * Upper bounds of the batch size buckets in items, rising; 1 to 200 of them, finite. Default: the powers of two from
   * 1 to 1024.
   */
  readonly batchSizeBuckets?: readonly number[];
  /**
   * Whether latencies (`inference_latency_seconds`, `inference_failure_latency_seconds`, `inference_phase_seconds`) are
   * counted by exponential buckets too, 9% wide each, from a microsecond to a year: quantiles that are off by 4.4% at
   * most, whatever the buckets. Scrapers that ask for protobuf get them as native histograms beside the buckets; over
   * OTLP they leave as exponential histograms *instead*, as a metric has one type there. A record takes some nanoseconds
   * more, and each of these series 3 KB in each thread that records it. Where Prometheus takes native histograms it
   * leaves the buckets out, which the rules and dashboards of this project need, unless `always_scrape_classic_histograms`
   * is set. Default: `false`.
   */
  readonly nativeHistograms?: boolean;
  /**
   * The endpoint that Prometheus scrapes; `false` for none, `true` for its defaults. Default: on, unless
   * OTEL_METRICS_EXPORTER is set and does not name `prometheus`.
   */
  readonly prometheus?: PrometheusOptions | boolean;
  /**
   * Whether latency buckets tell an example each to scrapers of OpenMetrics and protobuf: the trace and the span of the
   * latest inference that fell into them while a sampled span was active. That is the span in which `trackInference()` was
   * called, and for `startInference()` and `instrument()` the one in which the inference was started. Without a tracer
   * registered with `@opentelemetry/api` there are none; it must be there before a thread's first 256 inferences are over,
   * unless they are timed or instrumented. Default: `true`.
   */
  readonly exemplars?: boolean;
  /**
   * Push over OTLP (http/protobuf); `true` takes everything from the OTEL_EXPORTER_OTLP_* variables. Default: on where
   * OTEL_METRICS_EXPORTER names `otlp`, or where that is unset and OTEL_EXPORTER_OTLP_ENDPOINT or
   * OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is set; else off.
   */
  readonly otlp?: OtlpOptions | boolean;
  /**
   * Print every metric to standard output, to look at while setting things up. Default: on where OTEL_METRICS_EXPORTER
   * names `console`, else off. The interval is OTEL_METRIC_EXPORT_INTERVAL.
   */
  readonly console?: boolean;
  /**
   * Where metrics are collected and served: in a worker `thread`, which answers while the main thread is blocked, or
   * `inline`, on the thread that records. Default: `thread`.
   */
  readonly observer?: 'thread' | 'inline';
  /**
   * Whether the global MeterProvider of `@opentelemetry/api` is ours, so that the application's own instruments are
   * exported too; `false` leaves the place free. Default: `true`.
   */
  readonly globalMeterProvider?: GlobalMeterProviderOptions | boolean;
  /** Processor, memory and process metrics; `false` for none. Default: on. */
  readonly resources?: ResourceOptions | boolean;
  /** GPU metrics, where there is a GPU; `false` for none. Default: `true`. */
  readonly gpu?: GpuOptions | boolean;
  /** How drift is judged for models that have a `reference`; `false` for not at all. Default: on. */
  readonly drift?: DriftOptions | boolean;
  /** How predictions wait for their true labels. */
  readonly groundTruth?: GroundTruthOptions;
  /**
   * Further resource attributes: texts, finite numbers or booleans by name. They beat OTEL_RESOURCE_ATTRIBUTES.
   * Default: none.
   */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Signals on which to flush and shut down, e.g. `['SIGTERM']`. Default: none, as a library that handles signals
   * changes how the process ends.
   */
  readonly shutdownSignals?: readonly ShutdownSignal[];
}

/** A signal that asks a process to end. `NodeJS.Signals` would need every user to have the types of Node.js. */
export type ShutdownSignal = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2' | 'SIGBREAK';

/** A model that is declared. Every field may be left out. */
export interface ModelOptions {
  /** Version of the model, e.g. `2026-11-01`: the label `model_version` of `inference_model_info`. */
  readonly version?: string;
  /** Who answers for the model: the label `owner` of `inference_model_info`. */
  readonly owner?: string;
  /** Classes that the model predicts, the label `predicted_class`: texts or finite numbers; at most 100,000. */
  readonly classes?: readonly (string | number)[];
  /** Error codes that the model's inferences fail with, the label `error_code`; at most 10,000. */
  readonly errorCodes?: readonly (string | number)[];
  /** Buckets of this model alone, in seconds. Default: `latencyBucketsSeconds` of the options. */
  readonly latencyBucketsSeconds?: readonly number[];
  /** Buckets of this model alone. Default: `confidenceBuckets` of the options. */
  readonly confidenceBuckets?: readonly number[];
  /** Buckets of this model alone, in items. Default: `batchSizeBuckets` of the options. */
  readonly batchSizeBuckets?: readonly number[];
  /**
   * What drift is measured against: the path or file URL of a reference file, or what stands in one. One that cannot be
   * used, as it is damaged or of another model, costs this model's drift alone: one message, and
   * `drift_reference_loaded` is 0. `{ warmUp: { samples } }` learns it of the first inferences instead, which takes
   * drifted traffic for normal at the next start: such a reference is marked (`drift_reference_warmup` 1) and raises no
   * alerts. Default: none, and no drift is computed.
   */
  readonly reference?: string | URL | ReferenceProfile | WarmUpReference | Readonly<Record<string, unknown>>;
}

/** A reference that is learned of the first inferences that a thread records. */
export interface WarmUpReference {
  readonly warmUp: {
    /** How many predictions, 100 to 100,000; 5,000 is a good start. */
    readonly samples: number;
  };
}

/** A further label. */
export interface LabelOptions {
  /** How many different values it may have, 1 to 10,000; the rest is counted in the overflow series. */
  readonly max: number;
}

/** How many different label values may appear beyond what is declared; the rest is counted in the overflow series. */
export interface LimitOptions {
  /** Models, 1 to 1,000. Default: 50. */
  readonly models?: number;
  /** Predicted classes of each model, 1 to 100,000. Default: 200. */
  readonly classesPerModel?: number;
  /** Error codes of each model, 1 to 10,000. Default: 50. */
  readonly errorCodesPerModel?: number;
}

/** The endpoint that Prometheus scrapes. */
export interface PrometheusOptions {
  /** Address to listen on. Default: OTEL_EXPORTER_PROMETHEUS_HOST, else `0.0.0.0`, all interfaces, as pods need it. */
  readonly host?: string;
  /** TCP port, 0 to 65535; 0 takes any free one. Default: OTEL_EXPORTER_PROMETHEUS_PORT, else 9090. */
  readonly port?: number;
  /** Path of the metrics, beginning with a slash. Default: `/metrics`. */
  readonly endpoint?: string;
  /**
   * For how long the main thread may be blocked before `/livez` answers 503, in ms, 1,000 to 86,400,000. Default:
   * 60,000.
   */
  readonly livenessLimitMs?: number;
  /** Whether `target_info` carries the resource attributes. Default: `true`. */
  readonly targetInfo?: boolean;
  /**
   * Whether scrapers that ask for OpenMetrics are told when each counter and histogram began (`_created`): a line more
   * for each. Protobuf always tells it. Default false.
   */
  readonly createdTimestamps?: boolean;
}

/** Push over OTLP, as protobuf over HTTP. */
export interface OtlpOptions {
  /**
   * Address of the collector or backend, http or https. Without a path, `/v1/metrics` is appended; with one it is used
   * as it is. Default: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, else OTEL_EXPORTER_OTLP_ENDPOINT with `/v1/metrics`
   * appended, else `http://localhost:4318/v1/metrics`.
   */
  readonly url?: string;
  /** Time between exports in ms, 10 to 86,400,000. Default: OTEL_METRIC_EXPORT_INTERVAL, else 15,000. */
  readonly intervalMs?: number;
  /**
   * How long one export may take in ms, 1 to 86,400,000; never longer than the interval. Default:
   * OTEL_EXPORTER_OTLP_METRICS_TIMEOUT, else OTEL_EXPORTER_OTLP_TIMEOUT, else 10,000; and never longer than
   * OTEL_METRIC_EXPORT_TIMEOUT, which is 30,000 unless set.
   */
  readonly timeoutMs?: number;
  /**
   * HTTP headers by name, e.g. `{ authorization: 'Bearer ...' }`. They come on top of OTEL_EXPORTER_OTLP_HEADERS and
   * OTEL_EXPORTER_OTLP_METRICS_HEADERS and beat those of the same name. No message ever shows a value. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `cumulative` totals, or what was added since the last export: `delta`, for counters and histograms. `lowmemory` is
   * the same as `delta` here. Default: OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, else `cumulative`.
   */
  readonly temporality?: 'cumulative' | 'delta' | 'lowmemory';
  /**
   * Compression of the request's body. Default: OTEL_EXPORTER_OTLP_METRICS_COMPRESSION, else
   * OTEL_EXPORTER_OTLP_COMPRESSION, else `none`.
   */
  readonly compression?: 'none' | 'gzip';
}

/** The global MeterProvider, through which the application's own instruments are exported. */
export interface GlobalMeterProviderOptions {
  /** Label sets that one instrument may have, 1 to 100,000; the rest goes to its overflow series. Default: 2,000. */
  readonly cardinalityLimit?: number;
}

/** Processor, memory and process metrics. */
export interface ResourceOptions {
  /** Time between samples in ms, 100 to 86,400,000. Default: 10,000. */
  readonly intervalMs?: number;
  /** Metrics of `@opentelemetry/host-metrics`; `false` for none. Default: on. */
  readonly hostMetrics?: HostMetricsOptions | boolean;
}

/** Metrics of `@opentelemetry/host-metrics`. */
export interface HostMetricsOptions {
  /** Groups of metrics. Default: `process.cpu` and `process.memory`. */
  readonly groups?: readonly HostMetricsGroup[];
}

/** A group of metrics of `@opentelemetry/host-metrics`. */
export type HostMetricsGroup = 'system.cpu' | 'system.memory' | 'system.network' | 'process.cpu' | 'process.memory';

/** GPU metrics, as `@inferometer/gpu-metrics` samples them in a process of its own. */
export interface GpuOptions {
  /** Time between samples in ms, 100 to 3,600,000. Default: 10,000. */
  readonly intervalMs?: number;
  /**
   * Time between looks at what is dear to ask or seldom changes (memory by process, ECC, MIG's layout) in ms, 100 to
   * 3,600,000. Default: 60,000.
   */
  readonly slowIntervalMs?: number;
  /** Where GPUs are looked for. Default: everywhere. */
  readonly sources?: GpuSourceOptions;
  /**
   * Whether the values are told by OpenTelemetry's names for hardware too, `hw.gpu.*` and others: `true` everywhere,
   * `false` nowhere. Default: in what is pushed by OTLP, and not in the scrape.
   */
  readonly semanticConventions?: boolean;
}

/** How drift is judged and told, for all models that have a reference. */
export interface DriftOptions extends DriftJudgementOptions {
  /** Time between two looks at the counts in ms, 10 to 3,600,000. Default: 10,000, or `paneMinimumMs` where that is less. */
  readonly evaluationIntervalMs?: number | undefined;
  /**
   * Called on the thread that called `initObservability()`, once for each alert; one that is raised while this thread is
   * blocked comes afterwards. What it throws is logged and costs nothing else. Default: none.
   */
  readonly onDriftAlert?: ((alert: DriftAlert) => void) | undefined;
}

/** How predictions wait for their true labels, and how many of these make up `model_accuracy`. */
export interface GroundTruthOptions {
  /** Predictions with a request id that are remembered, 1 to 1,000,000; beyond, the oldest goes. Default: 10,000. */
  readonly maxPending?: number;
  /** For how long they are remembered, in ms, 1,000 to 604,800,000 (a week). Default: 3,600,000 (an hour). */
  readonly expireAfterMs?: number;
  /** How many of the latest true labels `model_accuracy` is the share of, 1 to 1,000,000. Default: 1,000. */
  readonly window?: number;
}
