import {
  type BatchObservableCallback,
  type Counter,
  createNoopMeter,
  type Gauge,
  type Histogram,
  type Meter,
  type MetricOptions,
  type Observable,
  type UpDownCounter,
} from '@opentelemetry/api';
import { type BatchCallbacks, createBatchCallbacks } from './batch-callbacks.ts';
import type { BridgeCore } from './bridge-core.ts';
import { type InstrumentOptions, isUsableName, readInstrumentOptions, toMetricOptions } from './instrument-options.ts';
import {
  createAddInstrument,
  createInstrumentGate,
  createRecordInstrument,
  type InstrumentGate,
  type SdkRecord,
} from './limited-instruments.ts';
import { createLimitedObservable } from './limited-observables.ts';
import {
  createLastValueOverflow,
  createMonotonicOverflow,
  createSumOverflow,
  type ObservableMetric,
  type OverflowAggregation,
} from './observations.ts';
import { createValueCheck, type ObservableKind, type RecordingKind } from './value-check.ts';

/**
 * A meter whose instruments check values, limit series and then record into the SDK.
 * @param sdkMeter - the SDK's meter; asked only once the SDK is loaded
 */
export function createLimitedMeter(core: BridgeCore, sdkMeter: () => Meter): Meter {
  return new LimitedMeter(core, sdkMeter);
}

/** Stands in for what could not be created. */
const NOOP_METER: Meter = createNoopMeter();

const SDK_RECORDS: Record<RecordingKind, (meter: Meter, name: string, options: MetricOptions) => SdkRecord> = {
  counter(meter, name, options) {
    const counter = meter.createCounter(name, options);
    return (value, attributes, context) => counter.add(value, attributes, context);
  },
  upDownCounter(meter, name, options) {
    const counter = meter.createUpDownCounter(name, options);
    return (value, attributes, context) => counter.add(value, attributes, context);
  },
  histogram(meter, name, options) {
    const histogram = meter.createHistogram(name, options);
    return (value, attributes, context) => histogram.record(value, attributes, context);
  },
  gauge(meter, name, options) {
    const gauge = meter.createGauge(name, options);
    return (value, attributes, context) => gauge.record(value, attributes, context);
  },
};

const SDK_OBSERVABLES: Record<ObservableKind, (meter: Meter, name: string, options: MetricOptions) => Observable> = {
  observableCounter: (meter, name, options) => meter.createObservableCounter(name, options),
  observableUpDownCounter: (meter, name, options) => meter.createObservableUpDownCounter(name, options),
  observableGauge: (meter, name, options) => meter.createObservableGauge(name, options),
};

const OVERFLOWS: Record<ObservableKind, () => OverflowAggregation> = {
  observableCounter: createMonotonicOverflow,
  observableUpDownCounter: createSumOverflow,
  observableGauge: createLastValueOverflow,
};

class LimitedMeter implements Meter {
  readonly #core: BridgeCore;
  readonly #sdkMeter: () => Meter;
  readonly #batchCallbacks: BatchCallbacks;
  readonly #gates: MetricTable<InstrumentGate>;
  readonly #observables: MetricTable<ObservableMetric>;

  constructor(core: BridgeCore, sdkMeter: () => Meter) {
    this.#core = core;
    this.#sdkMeter = sdkMeter;
    this.#batchCallbacks = createBatchCallbacks(core, sdkMeter);
    this.#gates = new MetricTable(core);
    this.#observables = new MetricTable(core);
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    const gate = this.#gate('counter', name, options);
    return gate === undefined ? NOOP_METER.createCounter(name) : createAddInstrument(gate);
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    const gate = this.#gate('upDownCounter', name, options);
    return gate === undefined ? NOOP_METER.createUpDownCounter(name) : createAddInstrument(gate);
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    const gate = this.#gate('histogram', name, options);
    return gate === undefined ? NOOP_METER.createHistogram(name) : createRecordInstrument(gate);
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    const gate = this.#gate('gauge', name, options);
    return gate === undefined ? NOOP_METER.createGauge(name) : createRecordInstrument(gate);
  }

  createObservableCounter(name: string, options?: MetricOptions): Observable {
    return this.#observable('observableCounter', name, options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): Observable {
    return this.#observable('observableUpDownCounter', name, options);
  }

  createObservableGauge(name: string, options?: MetricOptions): Observable {
    return this.#observable('observableGauge', name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#batchCallbacks.add(callback, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#batchCallbacks.remove(callback, observables);
  }

  #gate(kind: RecordingKind, name: string, given: unknown): InstrumentGate | undefined {
    const core = this.#core;
    return this.#gates.findOrCreate(kind, name, given, {
      create: ({ valueType }) =>
        createInstrumentGate(core, core.createLimiter(name), createValueCheck(core, name, kind, valueType)),
      connect: (gate, options) => gate.connect(SDK_RECORDS[kind](this.#sdkMeter(), name, toMetricOptions(options))),
    });
  }

  #observable(kind: ObservableKind, name: string, given: unknown): Observable {
    const core = this.#core;
    const metric = this.#observables.findOrCreate(kind, name, given, {
      create: ({ valueType }): ObservableMetric => ({
        limiter: core.createLimiter(name),
        check: createValueCheck(core, name, kind, valueType),
        overflow: OVERFLOWS[kind](),
        sdk: undefined,
      }),
      connect: (created, options) => {
        const sdk = SDK_OBSERVABLES[kind](this.#sdkMeter(), name, toMetricOptions(options));
        // Callbacks are registered with the first one, and found again by it.
        created.sdk ??= sdk;
      },
    });
    return metric === undefined ? NOOP_METER.createObservableGauge(name) : createLimitedObservable(core, metric);
  }
}

/**
 * The metrics of a meter, one for each name, kind, unit and value type, as the SDK keeps its storages: instruments that
 * are created again record into the same series and stay within the same limit.
 */
class MetricTable<Metric> {
  readonly #core: BridgeCore;
  readonly #known = new Map<string, { readonly metric: Metric; description: string }>();

  constructor(core: BridgeCore) {
    this.#core = core;
  }

  findOrCreate(
    kind: string,
    name: unknown,
    given: unknown,
    steps: { create(options: InstrumentOptions): Metric; connect(metric: Metric, options: InstrumentOptions): void },
  ): Metric | undefined {
    const core = this.#core;
    if (!isUsableName(name)) {
      core.warnings.warn('instrument', () => 'the name of an instrument must be a string of 1 to 255 characters');
      return undefined;
    }
    const options = readInstrumentOptions(name, given, core.warnings);
    const key = `${kind} ${options.valueType} ${options.unit.length}:${options.unit}${name}`;
    const known = this.#known.get(key);
    if (known === undefined) {
      if (!core.takeInstrument(name)) {
        return undefined;
      }
      const metric = steps.create(options);
      this.#known.set(key, { metric, description: options.description });
      core.whenLoaded(() => steps.connect(metric, options));
      return metric;
    }
    if (options.description.length > known.description.length) {
      // The SDK exports the longest description, and learns of it only by creating the instrument once more.
      known.description = options.description;
      core.whenLoaded(() => steps.connect(known.metric, options));
    }
    return known.metric;
  }
}
