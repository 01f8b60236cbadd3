import type { Attributes } from '@opentelemetry/api';
import {
  type BridgeWarnings,
  type BridgeWarningCause,
  createBridgeWarnings,
  describeError,
} from './bridge-warnings.ts';
import type { CollectionRound } from './collection-round.ts';
import {
  createSeriesBudget,
  createSeriesLimiter,
  type LimitedSeries,
  type SeriesBudget,
  type SeriesLimiter,
} from './series-limiter.ts';

/** Why a value was not recorded. */
export type DroppedValueCause = 'not_a_number' | 'not_finite' | 'negative' | 'not_loaded';

/** What all meters and instruments of one main-thread provider share. */
export interface BridgeCore {
  readonly warnings: BridgeWarnings;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Runs `bind` once the SDK is loaded: at once if it is, and in the order of the calls. */
  whenLoaded(bind: () => void): void;
  /** Keeps a record of `metric` until the SDK is loaded; beyond a limit it is dropped and counted. */
  recordLater(metric: string, record: () => void): void;
  /** Counts and reports a value that was not recorded. */
  drop(metric: string, cause: DroppedValueCause, message: string): void;
  createLimiter(metric: string): SeriesLimiter;
  /** Whether one more may be created; warns when it may not. */
  takeMeter(): boolean;
  takeInstrument(name: string): boolean;
  takeCallback(callback: unknown, name: string): boolean;
  /** An observable callback was removed. */
  returnCallback(): void;
  /** Nothing is recorded any more. */
  readonly isShutDown: boolean;
  /** The collection that is under way. */
  round: CollectionRound | undefined;
  /** The series of observable instruments, by the attributes that the SDK shows them with. */
  readonly observed: WeakMap<Attributes, LimitedSeries>;
}

export interface BridgeCoreOptions {
  readonly cardinalityLimit: number;
  readonly instrumentLimit: number;
  readonly seriesLimit: number;
  readonly clock: () => number;
  readonly onDroppedValue: (metric: string, cause: DroppedValueCause) => void;
}

/** A scope is a library; one per request would be a mistake that costs memory without end. */
const METER_LIMIT = 1_000;

/** Callbacks run at every collection, on the main thread. */
const CALLBACK_LIMIT = 10_000;

/** Records kept while a bundled SDK loads, which takes milliseconds. */
const EARLY_RECORD_LIMIT = 10_000;

export class SharedBridgeCore implements BridgeCore {
  readonly warnings: BridgeWarnings;
  readonly clock: () => number;
  readonly observed: WeakMap<Attributes, LimitedSeries> = new WeakMap();
  round: CollectionRound | undefined;
  readonly #options: BridgeCoreOptions;
  readonly #budget: SeriesBudget;
  #sdk: 'awaited' | 'loaded' | 'missing' | 'shut down' = 'awaited';
  #waitingBinds: (() => void)[] = [];
  #waitingRecords: (() => void)[] = [];
  #meters = 0;
  #instruments = 0;
  #callbacks = 0;

  constructor(options: BridgeCoreOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.warnings = createBridgeWarnings(options.clock);
    this.#budget = createSeriesBudget(options.seriesLimit);
  }

  get isShutDown(): boolean {
    return this.#sdk === 'shut down';
  }

  /** The SDK is there, or cannot be had, or is no longer wanted: what waited for it runs now, or is forgotten. */
  settle(sdk: 'loaded' | 'missing' | 'shut down'): void {
    const waiting = [...this.#waitingBinds, ...this.#waitingRecords];
    this.#sdk = sdk;
    this.#waitingBinds = [];
    this.#waitingRecords = [];
    if (sdk === 'loaded') {
      for (const run of waiting) {
        this.#attempt(run);
      }
    }
  }

  whenLoaded(bind: () => void): void {
    if (this.#sdk === 'loaded') {
      this.#attempt(bind);
    } else if (this.#sdk === 'awaited') {
      this.#waitingBinds.push(bind);
    }
  }

  recordLater(metric: string, record: () => void): void {
    if (this.#sdk === 'awaited' && this.#waitingRecords.length < EARLY_RECORD_LIMIT) {
      this.#waitingRecords.push(record);
    } else {
      this.drop(metric, 'not_loaded', 'there is no OpenTelemetry SDK to record it');
    }
  }

  drop(metric: string, cause: DroppedValueCause, message: string): void {
    this.warnings.warn('value', () => `a value of metric "${metric}" was dropped: ${message}`);
    this.#options.onDroppedValue(metric, cause);
  }

  createLimiter(metric: string): SeriesLimiter {
    return createSeriesLimiter({
      metric,
      cardinalityLimit: this.#options.cardinalityLimit,
      budget: this.#budget,
      warnings: this.warnings,
    });
  }

  takeMeter(): boolean {
    if (this.#meters >= METER_LIMIT) {
      return this.#refuse('limit', `there are ${METER_LIMIT} meters already; records of further ones are not exported`);
    }
    this.#meters++;
    return true;
  }

  takeInstrument(name: string): boolean {
    const { instrumentLimit } = this.#options;
    if (this.#instruments >= instrumentLimit) {
      return this.#refuse('limit', `there are ${instrumentLimit} instruments already; "${name}" is not exported`);
    }
    this.#instruments++;
    return true;
  }

  takeCallback(callback: unknown, name: string): boolean {
    if (typeof callback !== 'function') {
      return this.#refuse('instrument', `the callback of ${name} must be a function`);
    }
    if (this.#callbacks >= CALLBACK_LIMIT) {
      return this.#refuse('limit', `there are ${CALLBACK_LIMIT} observable callbacks; one of ${name} is not called`);
    }
    this.#callbacks++;
    return true;
  }

  returnCallback(): void {
    this.#callbacks--;
  }

  #refuse(cause: BridgeWarningCause, message: string): false {
    this.warnings.warn(cause, () => message);
    return false;
  }

  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.warnings.warn('instrument', () => `an instrument could not be used: ${describeError(error)}`);
    }
  }
}
