import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ObservabilityReady } from './observer/observer-host.ts';
import type { RecordingSide } from './recording-side.ts';

/** The running observability of this process; what `initObservability()` returns. */
export interface Observability extends RecordingSide {
  /**
   * Settled once metrics can be had: the endpoint listens, where there is one. Rejected with an error whose `code` is
   * `PORT_IN_USE` where the port is taken (binding is tried again every 5 s meanwhile), `LISTEN_FAILED` where it cannot
   * be had at all, `SHUT_DOWN` where `shutdown()` came first. Nobody has to await it: a rejection is handled and logged
   * here too.
   */
  readonly ready: Promise<ObservabilityReady>;
  /** Processor and memory sampling, which runs from the start unless `resources: false`. */
  readonly resources: ResourceMonitor;
  /**
   * A `MetricProducer` over what this process records, for a MetricReader of your own: `new PeriodicExportingMetricReader({
   * exporter, metricProducers: [observability.createStoreProducer()] })`. Of what the observer measures it has what is in
   * the catalogue (docs/METRICS.md), so of GPUs `gpu.utilization` and `gpu.memory.used` alone: other GPU series, `hw.*`,
   * host metrics and metrics of the global meter are only in what the observer serves and pushes.
   *
   * @throws Error in a worker thread: series of all threads meet on the one that called `initObservability()` first
   */
  createStoreProducer(): MetricProducer;
  /** What `/metrics` would answer now. */
  metricsText(): Promise<string>;
  /**
   * Pushes what there is over OTLP. Never rejects: what could not be pushed is told in the log.
   * @param options.timeoutMs longest wait in milliseconds; default 1,000
   */
  flush(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Flushes, closes the endpoint, frees the port and ends the observer. Idempotent; recording goes on to be harmless.
   * @param options.timeoutMs longest wait for the flush in milliseconds; default 1,000
   */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** Starts and stops the sampling of processor and memory; while it is stopped, their series are absent. */
export interface ResourceMonitor {
  start(): void;
  stop(): void;
}
