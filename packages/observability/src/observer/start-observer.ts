import { diag } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer, type MetricReader } from '@opentelemetry/sdk-metrics';
import { createBridgeProducer } from '../bridge/bridge-producer.ts';
import { keepBridgeFresh } from './bridge-refresh.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import { createSeriesStore } from '../store/series-store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { InferometerPrometheusExporter } from './exposition/prometheus-exporter.ts';
import type { DriftModel } from './drift/drift-model.ts';
import { createDriftRunner, type DriftRunner } from './drift/drift-runner.ts';
import { startGpuSeries } from './gpu-series.ts';
import { placeHardwareSeries } from './hardware-place.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Observer, ObserverLinks } from './observer.ts';
import type { PushReader } from './otlp/push-reader.ts';
import { createPushReaders } from './push-readers.ts';
import { createResourceGauges } from './resource-gauges.ts';
import { createHostMetricsProducer } from './resources/host-metrics-producer.ts';
import { createResourceSampler, type ResourceSampler } from './resources/resource-sampler.ts';
import { createSelfView } from './self-view.ts';
import { type Endpoint, startEndpoint } from './server/endpoint.ts';
import { createStoreProducer } from './store-producer.ts';
import { settleWithin } from './settle-within.ts';

/** Prometheus gives a scrape 10 s by default; an answer that comes later is for nobody. */
const COLLECT_TIMEOUT_MS = 8000;

export interface ObserverParts {
  readonly options: ResolvedOptions;
  /** Number of the writer for what is born here. */
  readonly writer: number;
  readonly reader: StoreReader;
  readonly heartbeats: Heartbeats;
  /** Where totals of GPU counters are kept, because they must outlive an observer; undefined without GPUs. */
  readonly gpuCounters: SharedArrayBuffer | undefined;
  readonly links: ObserverLinks;
  /** When this observer took over from one that ended, in milliseconds since the epoch. */
  readonly resumedAtMs?: number | undefined;
}

/**
 * Starts what collects, serves and pushes, on the thread that it is called on: the observer's own thread, or inline.
 * Settled as soon as readers work; the endpoint says by `links` when it listens or why it does not.
 */
export async function startObserver(parts: ObserverParts): Promise<Observer> {
  const { options, reader, heartbeats, links } = parts;
  const store = createSeriesStore({
    writer: parts.writer,
    announce: (announcement) => {
      reader.accept(announcement);
      links.announce(announcement);
    },
    now: Date.now,
  });
  const bridge =
    options.globalMeterProvider === false
      ? undefined
      : createBridgeProducer({
          request: links.collectBridge,
          isMainBlocked: () => heartbeats.mainBlockedSeconds() > 0,
        });
  const selfView = createSelfView({ store, reader, heartbeats, bridgeAgeSeconds: () => bridge?.ageSeconds() });
  const producers: MetricProducer[] = [createStoreProducer(reader, Date.now, selfView.update)];
  if (bridge !== undefined) {
    producers.push(bridge);
  }
  const resources = options.resources === false ? undefined : startResources(store, options.resources.intervalMs);
  if (options.resources !== false && options.resources.hostMetrics !== false) {
    producers.push(createHostMetricsProducer({ groups: options.resources.hostMetrics.groups }));
  }
  const exporter = new InferometerPrometheusExporter({
    metricProducers: producers,
    collectTimeoutMs: COLLECT_TIMEOUT_MS,
    targetInfo: options.prometheus === false || options.prometheus.targetInfo,
    createdTimestamps: options.prometheus !== false && options.prometheus.createdTimestamps,
    onScrape: selfView.noteScrape,
  });
  const hardware = placeHardwareSeries(options, { store, reader });
  const pushed = [...producers, ...(hardware?.pushed ?? [])];
  const pushReaders = await createPushReaders(options, pushed, selfView.countExport, parts.resumedAtMs);
  const readers: MetricReader[] = [exporter, ...pushReaders.map((push) => push.reader)];
  const provider = new MeterProvider({
    resource: defaultResource().merge(resourceFromAttributes({ ...options.resourceAttributes })),
    readers,
  });
  const endpoint =
    options.prometheus === false
      ? undefined
      : startEndpoint({
          options: options.prometheus,
          serviceName: String(options.resourceAttributes['service.name']),
          exporter,
          heartbeats,
          links,
        });
  const stopGpus =
    options.gpu === false
      ? (): void => {}
      : startGpuSeries({
          options: options.gpu,
          counters: parts.gpuCounters,
          common: { store, reader },
          hardware,
          now: Date.now,
        });
  const drift =
    options.drift === false
      ? undefined
      : createDriftRunner({ drift: options.drift, store, reader, onAlert: links.onDriftAlert });
  const refresh = bridge === undefined ? undefined : keepBridgeFresh(bridge);
  const stopSources = (): void => {
    refresh?.stop();
    stopGpus();
    drift?.stop();
  };
  return new RunningObserver(exporter, provider, pushReaders, endpoint, resources, drift, stopSources);
}

function startResources(store: Parameters<typeof createResourceGauges>[0], intervalMs: number): ResourceSampler {
  const sampler = createResourceSampler({ intervalMs, onSample: createResourceGauges(store, Date.now) });
  sampler.start();
  return sampler;
}

class RunningObserver implements Observer {
  readonly #exporter: InferometerPrometheusExporter;
  readonly #provider: MeterProvider;
  readonly #pushReaders: readonly PushReader[];
  readonly #endpoint: Endpoint | undefined;
  readonly #resources: ResourceSampler | undefined;
  readonly #drift: DriftRunner | undefined;
  /** Settled once the series of all models that were asked for are there. */
  #driftWatched: Promise<unknown> = Promise.resolve();
  readonly #stopSources: () => void;
  #ending: Promise<void> | undefined;

  constructor(
    exporter: InferometerPrometheusExporter,
    provider: MeterProvider,
    pushReaders: readonly PushReader[],
    endpoint: Endpoint | undefined,
    resources: ResourceSampler | undefined,
    drift: DriftRunner | undefined,
    stopSources: () => void,
  ) {
    this.#exporter = exporter;
    this.#provider = provider;
    this.#pushReaders = pushReaders;
    this.#endpoint = endpoint;
    this.#resources = resources;
    this.#drift = drift;
    this.#stopSources = stopSources;
  }

  async metricsText(): Promise<string> {
    await this.#driftWatched;
    return this.#exporter.collectText();
  }

  async flush(timeoutMs: number): Promise<void> {
    const flushes = this.#ending ?? Promise.allSettled(this.#pushReaders.map((push) => push.flush(timeoutMs)));
    await settleWithin<unknown>(flushes, timeoutMs);
  }

  shutdown(timeoutMs: number): Promise<void> {
    this.#ending ??= this.#end(timeoutMs);
    return this.#ending;
  }

  startResources(): Promise<void> {
    this.#resources?.start();
    return Promise.resolve();
  }

  stopResources(): Promise<void> {
    this.#resources?.stop();
    return Promise.resolve();
  }

  async watchDrift(model: DriftModel): Promise<void> {
    const watched = this.#drift?.watch(model);
    this.#driftWatched = Promise.all([this.#driftWatched, watched]);
    await watched;
  }

  async #end(timeoutMs: number): Promise<void> {
    this.#resources?.stop();
    this.#stopSources();
    // Readers that push do so once more while they are shut down.
    await settleWithin(Promise.allSettled([this.#endpoint?.close(), this.#shutDownProvider(timeoutMs)]), timeoutMs);
  }

  async #shutDownProvider(timeoutMs: number): Promise<void> {
    try {
      await this.#provider.shutdown({ timeoutMillis: timeoutMs });
    } catch (error) {
      diag.warn(`inferometer: shutting the readers down failed: ${String(error)}`);
    }
  }
}
