import { diag } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type {
  CollectionResult,
  MetricCollectOptions,
  MetricData,
  MetricProducer,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';

import { constructQuietly } from './construct-quietly.ts';
import { loadHostMetrics } from './load-host-metrics.ts';
import { createOnceAMinute } from '../../diagnostics/once-a-minute.ts';
import type { OnceAMinute } from '../../diagnostics/once-a-minute.ts';
import { systemClock } from './resource-clock.ts';
import type { ResourceClock } from './resource-clock.ts';

/** The groups of `@opentelemetry/host-metrics`. */
export type HostMetricsGroup = 'system.cpu' | 'system.memory' | 'system.network' | 'process.cpu' | 'process.memory';

export interface HostMetricsProducerOptions {
  /**
   * What to collect; none: the package is not even loaded. `system.network` starts child processes (`ip`, `cat`) at
   * each collection, of which one holds the thread until it ends; the others start none.
   *
   * @defaultValue `process.cpu` and `process.memory`
   */
  readonly groups?: readonly HostMetricsGroup[];
  /** For how many milliseconds a result is given again instead of collecting anew. @defaultValue 1000 */
  readonly maxAgeMs?: number;
  /** @defaultValue the clock of this process */
  readonly clock?: Pick<ResourceClock, 'now'>;
}

const DEFAULT_GROUPS: readonly HostMetricsGroup[] = ['process.cpu', 'process.memory'];

// Shorter than any sensible scrape interval, longer than the gap between two readers that collect for the same time.
const DEFAULT_MAX_AGE_MS = 1000;

// For a caller that sets none; only system.network waits for anything. A scraper gives up after 10 s by default.
const DEFAULT_TIMEOUT_MS = 5000;

/** The one reader behind all readers; it is asked, and does nothing by itself. */
class PrivateReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

class HostMetricsProducer implements MetricProducer {
  readonly #reader: Promise<MetricReader>;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  readonly #warnings: OnceAMinute;
  #result: CollectionResult | undefined;
  #collectedAt = 0;
  #collecting: Promise<CollectionResult> | undefined;

  constructor(groups: readonly HostMetricsGroup[], maxAgeMs: number, now: () => number) {
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
    this.#warnings = createOnceAMinute(now);
    this.#reader = startHostMetrics(groups);
    // Told at the first collection; unhandled it would end the process before.
    this.#reader.catch(() => {});
  }

  collect(options?: MetricCollectOptions): Promise<CollectionResult> {
    if (this.#result !== undefined && this.#now() - this.#collectedAt < this.#maxAgeMs) {
      return Promise.resolve(this.#result);
    }
    this.#collecting ??= this.#collectAnew(options?.timeoutMillis ?? DEFAULT_TIMEOUT_MS);
    return this.#collecting;
  }

  async #collectAnew(timeoutMillis: number): Promise<CollectionResult> {
    try {
      this.#result = await this.#read(timeoutMillis);
    } catch (error) {
      this.#result = emptyResult([error]);
    }
    this.#collectedAt = this.#now();
    this.#collecting = undefined;
    if (this.#result.errors.length > 0 && this.#warnings.allows('failure')) {
      diag.warn(
        '@opentelemetry/host-metrics could not be collected; its metrics are left out.',
        ...this.#result.errors,
      );
    }
    return this.#result;
  }

  async #read(timeoutMillis: number): Promise<CollectionResult> {
    const reader = await this.#reader;
    const { resourceMetrics, errors } = await reader.collect({ timeoutMillis });
    if (errors.length > 0) {
      // The SDK repeats the values of the time before beside an error.
      return emptyResult(errors);
    }
    return {
      resourceMetrics: {
        resource: resourceMetrics.resource,
        scopeMetrics: resourceMetrics.scopeMetrics.map(withoutUnusableValues),
      },
      errors,
    };
  }
}

/**
 * A producer of the metrics of `@opentelemetry/host-metrics` that any number of readers can share.
 *
 * The package divides by the time since its previous collection, which it keeps in its module: of two readers that
 * collect together the second gets `Infinity` or NaN. Here one private reader collects, at most once per `maxAgeMs`;
 * all get its result, concurrent callers too. Values that are not finite or are negative (the clock was set back)
 * are left out. A failure gives an empty result with the error, for `maxAgeMs` as well, and one warning a minute.
 *
 * In Prometheus the default groups are `process_cpu_time_seconds_total` and `process_cpu_utilization`, both with
 * `process_cpu_state`, and `process_memory_usage`.
 *
 * The package is loaded when the producer is made. An application that uses it too, on the same thread, shares its
 * previous collection: then the intervals are shorter, and no value is wrong.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js-contrib/tree/main/packages/host-metrics
 */
export function createHostMetricsProducer(options: HostMetricsProducerOptions = {}): MetricProducer {
  const groups = options.groups ?? DEFAULT_GROUPS;
  if (groups.length === 0) {
    const nothing = Promise.resolve(emptyResult([]));
    return { collect: () => nothing };
  }
  const clock = options.clock ?? systemClock;
  return new HostMetricsProducer(groups, options.maxAgeMs ?? DEFAULT_MAX_AGE_MS, () => clock.now());
}

async function startHostMetrics(groups: readonly HostMetricsGroup[]): Promise<MetricReader> {
  const { HostMetrics } = await loadHostMetrics();
  const reader = new PrivateReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  // Its constructor warns that the package has a successor, which is for us to know and not for the user.
  constructQuietly(() => new HostMetrics({ meterProvider, metricGroups: [...groups] })).start();
  return reader;
}

function withoutUnusableValues({ scope, metrics }: ScopeMetrics): ScopeMetrics {
  return { scope, metrics: metrics.map(onlyUsable).filter(({ dataPoints }) => dataPoints.length > 0) };
}

function onlyUsable(metric: MetricData): MetricData {
  switch (metric.dataPointType) {
    case DataPointType.GAUGE:
    case DataPointType.SUM:
      return { ...metric, dataPoints: metric.dataPoints.filter(({ value }) => Number.isFinite(value) && value >= 0) };
    default:
      return metric;
  }
}

function emptyResult(errors: unknown[]): CollectionResult {
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors };
}
