import type { Attributes, Context, Counter, Gauge, Histogram, UpDownCounter } from '@opentelemetry/api';
import type { BridgeCore } from './bridge-core.ts';
import { describeError } from './bridge-warnings.ts';
import type { SeriesLimiter } from './series-limiter.ts';
import type { ValueCheck } from './value-check.ts';

/** Records into an instrument of the SDK. */
export type SdkRecord = (value: number, attributes: Attributes, context: Context | undefined) => void;

/** Stands before one synchronous instrument of the SDK: checks values, limits series, and never throws. */
export interface InstrumentGate {
  /** Connects the instrument of the SDK, once there is one. */
  connect(record: SdkRecord): void;
  record(value: unknown, attributes: unknown, context: Context | undefined): void;
}

export function createInstrumentGate(core: BridgeCore, limiter: SeriesLimiter, check: ValueCheck): InstrumentGate {
  return new LimitingGate(core, limiter, check);
}

/** A Counter or an UpDownCounter. */
export function createAddInstrument(gate: InstrumentGate): Counter & UpDownCounter {
  return new AddInstrument(gate);
}

/** A Histogram or a Gauge. */
export function createRecordInstrument(gate: InstrumentGate): Histogram & Gauge {
  return new RecordInstrument(gate);
}

class LimitingGate implements InstrumentGate {
  readonly #core: BridgeCore;
  readonly #limiter: SeriesLimiter;
  readonly #check: ValueCheck;
  #sdkRecord: SdkRecord | undefined;

  constructor(core: BridgeCore, limiter: SeriesLimiter, check: ValueCheck) {
    this.#core = core;
    this.#limiter = limiter;
    this.#check = check;
  }

  connect(record: SdkRecord): void {
    this.#sdkRecord = record;
  }

  record(value: unknown, attributes: unknown, context: Context | undefined): void {
    if (this.#core.isShutDown) {
      return;
    }
    try {
      const checked = this.#check(value);
      if (checked === undefined) {
        return;
      }
      const series = this.#limiter.admit(attributes);
      if (this.#sdkRecord === undefined) {
        this.#core.recordLater(this.#limiter.metric, () => this.#sdkRecord?.(checked, series.attributes, context));
      } else {
        this.#sdkRecord(checked, series.attributes, context);
      }
    } catch (error) {
      this.#core.warnings.warn(
        'record',
        () => `a value of metric "${this.#limiter.metric}" was not recorded: ${describeError(error)}`,
      );
    }
  }
}

class AddInstrument implements Counter, UpDownCounter {
  readonly #gate: InstrumentGate;

  constructor(gate: InstrumentGate) {
    this.#gate = gate;
  }

  add(value: number, attributes?: Attributes, context?: Context): void {
    this.#gate.record(value, attributes, context);
  }
}

class RecordInstrument implements Histogram, Gauge {
  readonly #gate: InstrumentGate;

  constructor(gate: InstrumentGate) {
    this.#gate = gate;
  }

  record(value: number, attributes?: Attributes, context?: Context): void {
    this.#gate.record(value, attributes, context);
  }
}
