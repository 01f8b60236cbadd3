import type { Observable } from '@opentelemetry/api';
import type { BridgeCore } from './bridge-core.ts';
import type { LimitedSeries, SeriesLimiter } from './series-limiter.ts';
import type { ValueCheck } from './value-check.ts';

/** One observable metric, which all instruments created under its name share. */
export interface ObservableMetric {
  readonly limiter: SeriesLimiter;
  readonly check: ValueCheck;
  /** How observations of the overflow series become one value. */
  readonly overflow: OverflowAggregation;
  /** The instrument of the SDK, once there is one. */
  sdk: Observable | undefined;
}

/**
 * Turns the observations that have no series of their own into the value of the overflow series.
 * `previous` and `current` are the sums that one callback reported in its previous and in this run (for gauges: the
 * last value); the result is what the overflow series shows in round `round`.
 */
export type OverflowAggregation = {
  readonly isSum: boolean;
  value(round: number, previous: number, current: number): number;
};

/** Gauges have no total that could be kept; the last value is at least one that was observed. */
export function createLastValueOverflow(): OverflowAggregation {
  return { isSum: false, value: (_round, _previous, current) => current };
}

/** Up-down counters add up what was observed in a round, over all callbacks of the metric. */
export function createSumOverflow(): OverflowAggregation {
  let sumRound = 0;
  let sum = 0;
  return {
    isSum: true,
    value(round: number, _previous: number, current: number): number {
      sum = round === sumRound ? sum + current : current;
      sumRound = round;
      return sum;
    },
  };
}

/**
 * Counters add up increases only. What is in the overflow comes and goes (a connection closes and takes its count with
 * it); a sum that fell would look like a restart, and Prometheus would count all of it once more.
 */
export function createMonotonicOverflow(): OverflowAggregation {
  let total = 0;
  return {
    isSum: true,
    value(_round: number, previous: number, current: number): number {
      total += Math.max(0, current - previous);
      return total;
    },
  };
}

/** The observations of one run of a callback, handed on only when the run is over. */
export interface Observations {
  observe(metric: ObservableMetric, value: unknown, attributes: unknown): void;
  /** What is observed from now on is ignored. */
  close(): void;
  series(): Iterable<{ readonly metric: ObservableMetric; readonly series: LimitedSeries; readonly value: number }>;
}

export function createObservations(core: BridgeCore): Observations {
  return new BufferedObservations(core);
}

class BufferedObservations implements Observations {
  readonly #core: BridgeCore;
  readonly #values = new Map<ObservableMetric, Map<LimitedSeries, number>>();
  #isClosed = false;

  constructor(core: BridgeCore) {
    this.#core = core;
  }

  observe(metric: ObservableMetric, value: unknown, attributes: unknown): void {
    if (this.#isClosed) {
      this.#core.warnings.warn(
        'callback',
        () => `metric "${metric.limiter.metric}" was observed after its callback had returned; the value is ignored`,
      );
      return;
    }
    const checked = metric.check(value);
    if (checked === undefined) {
      return;
    }
    const series = metric.limiter.admit(attributes);
    let values = this.#values.get(metric);
    if (values === undefined) {
      values = new Map();
      this.#values.set(metric, values);
    }
    const before = series.isOverflow && metric.overflow.isSum ? (values.get(series) ?? 0) : 0;
    values.set(series, before + checked);
  }

  close(): void {
    this.#isClosed = true;
  }

  *series(): Generator<{ metric: ObservableMetric; series: LimitedSeries; value: number }> {
    for (const [metric, values] of this.#values) {
      for (const [series, value] of values) {
        yield { metric, series, value };
      }
    }
  }
}
