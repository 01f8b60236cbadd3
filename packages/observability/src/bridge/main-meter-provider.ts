import { createNoopMeter, type Meter, type MeterOptions, type MeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { MetricReader, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { SharedBridgeCore, type DroppedValueCause } from './bridge-core.ts';
import { describeError } from './bridge-warnings.ts';
import { startCollectionRound } from './collection-round.ts';
import { createLimitedMeter } from './limited-meter.ts';
import { loadMetricsSdk, type MetricsSdk } from './metrics-sdk.ts';
import { keepObserved } from './observed-series.ts';

/** The meter provider of the main thread, and the way to what its instruments have recorded. */
export interface MainMeterProvider extends MeterProvider {
  /**
   * Runs the observable callbacks and gives all metrics, cumulative. Observable series that no callback observed this
   * time are left out. Must not be called while a collection is under way.
   * @param options.timeoutMs - time for asynchronous callbacks together; who needs longer is left out this time, and
   * its answer is taken in at the next collection
   * @throws if the SDK fails
   */
  collect(options: { readonly timeoutMs: number }): Promise<ScopeMetrics[]>;
  /** Whether anybody has asked for a meter yet; if not, there is nothing to collect. */
  readonly isUsed: boolean;
  /** Stops recording and forgets everything; instruments that the user still holds do nothing from now on. */
  shutdown(): void;
}

export interface MainMeterProviderOptions {
  /** Attribute sets of one instrument that get a series of their own, for the life of the process. Default 2,000. */
  readonly cardinalityLimit?: number;
  /** Instruments, all meters together; further ones do nothing. Default 2,000. */
  readonly instrumentLimit?: number;
  /** Series of all instruments together, overflow series not counted. Default 50,000. */
  readonly seriesLimit?: number;
  /** Resource for the SDK; the observer's readers ignore it and use their own. */
  readonly resource?: Resource;
  /** Told about each value that was not recorded; must not throw. */
  readonly onDroppedValue?: (metric: string, cause: DroppedValueCause) => void;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
  /** Loads the SDK. Default: `require`, else a dynamic import. */
  readonly loadSdk?: () => MetricsSdk | Promise<MetricsSdk>;
}

/** OpenTelemetry's own default. */
const DEFAULT_CARDINALITY_LIMIT = 2_000;

/** Far above what an application with its libraries creates; a name made of an id per request gets there in minutes. */
const DEFAULT_INSTRUMENT_LIMIT = 2_000;

/** 25 instruments at their limit. Each series costs the main thread up to 3 microseconds per collection. */
const DEFAULT_SERIES_LIMIT = 50_000;

/** Room in the SDK's own limit, so that it never overflows on its own: the overflow series, and its "less than". */
const SDK_LIMIT_MARGIN = 8;

/**
 * Creates the meter provider that applications see as the global one. It imports nothing but the API until the first
 * `getMeter`, so that an application without instruments of its own does not pay for the SDK.
 */
export function createMainMeterProvider(options: MainMeterProviderOptions = {}): MainMeterProvider {
  return new LazyMeterProvider(options);
}

const NOOP_METER: Meter = createNoopMeter();

class LazyMeterProvider implements MainMeterProvider {
  readonly #options: MainMeterProviderOptions;
  readonly #core: SharedBridgeCore;
  readonly #meters = new Map<string, Meter>();
  #state: 'unused' | 'used' | 'shut down' = 'unused';
  #sdk: { readonly provider: MeterProvider; readonly reader: MetricReader } | undefined;
  #rounds = 0;

  constructor(options: MainMeterProviderOptions) {
    this.#options = options;
    this.#core = new SharedBridgeCore({
      cardinalityLimit: options.cardinalityLimit ?? DEFAULT_CARDINALITY_LIMIT,
      instrumentLimit: options.instrumentLimit ?? DEFAULT_INSTRUMENT_LIMIT,
      seriesLimit: options.seriesLimit ?? DEFAULT_SERIES_LIMIT,
      clock: options.clock ?? (() => performance.now()),
      onDroppedValue: options.onDroppedValue ?? (() => undefined),
    });
  }

  get isUsed(): boolean {
    return this.#state === 'used';
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    if (this.#state === 'shut down') {
      return NOOP_METER;
    }
    if (this.#state === 'unused') {
      this.#state = 'used';
      this.#load();
    }
    const scopeName = typeof name === 'string' ? name : '';
    const scopeVersion = typeof version === 'string' ? version : '';
    const schemaUrl = typeof options?.schemaUrl === 'string' ? options.schemaUrl : undefined;
    const key = JSON.stringify([scopeName, scopeVersion, schemaUrl]);
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      if (!this.#core.takeMeter()) {
        return NOOP_METER;
      }
      const meterOptions: MeterOptions = schemaUrl === undefined ? {} : { schemaUrl };
      meter = createLimitedMeter(
        this.#core,
        () => this.#sdk?.provider.getMeter(scopeName, scopeVersion, meterOptions) ?? NOOP_METER,
      );
      this.#meters.set(key, meter);
    }
    return meter;
  }

  async collect(options: { readonly timeoutMs: number }): Promise<ScopeMetrics[]> {
    const reader = this.#sdk?.reader;
    if (reader === undefined) {
      return [];
    }
    this.#rounds++;
    const round = startCollectionRound(this.#rounds, options.timeoutMs);
    this.#core.round = round;
    try {
      const { resourceMetrics, errors } = await reader.collect();
      for (const error of errors) {
        this.#core.warnings.warn('collection', () => `a metric was not collected: ${describeError(error)}`);
      }
      return keepObserved(resourceMetrics.scopeMetrics, this.#core.observed, round.number);
    } finally {
      round.end();
      this.#core.round = undefined;
    }
  }

  shutdown(): void {
    this.#state = 'shut down';
    this.#meters.clear();
    this.#core.settle('shut down');
    this.#sdk = undefined;
  }

  #load(): void {
    try {
      const sdk = (this.#options.loadSdk ?? loadMetricsSdk)();
      if (sdk instanceof Promise) {
        sdk.then(
          (loaded) => this.#start(loaded),
          (error: unknown) => this.#fail(error),
        );
      } else {
        this.#start(sdk);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(sdk: MetricsSdk): void {
    if (this.#state === 'shut down') {
      return;
    }
    try {
      const { cardinalityLimit = DEFAULT_CARDINALITY_LIMIT, resource } = this.#options;
      const reader = createPullReader(sdk, cardinalityLimit + SDK_LIMIT_MARGIN);
      const provider = new sdk.MeterProvider({ readers: [reader], ...(resource === undefined ? {} : { resource }) });
      this.#sdk = { provider, reader };
      this.#core.settle('loaded');
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'shut down') {
      return;
    }
    this.#core.warnings.warn(
      'sdk',
      () =>
        `@opentelemetry/sdk-metrics cannot be loaded, so your own instruments are not exported: ${describeError(error)}`,
    );
    this.#core.settle('missing');
  }
}

/** A cumulative reader that does nothing until it is asked. */
function createPullReader(sdk: MetricsSdk, cardinalityLimit: number): MetricReader {
  class PullReader extends sdk.MetricReader {
    protected override async onShutdown(): Promise<void> {
      // Nothing runs that could be stopped.
    }

    protected override async onForceFlush(): Promise<void> {
      // Nothing is kept that could be flushed.
    }
  }
  return new PullReader({ cardinalitySelector: () => cardinalityLimit });
}
