import type { Attributes, Observable, ObservableCallback, ObservableResult } from '@opentelemetry/api';
import type { BridgeCore } from './bridge-core.ts';
import { createGuardedCallback, type GuardedCallback } from './guarded-callback.ts';
import type { ObservableMetric, Observations } from './observations.ts';

/** An observable instrument as the user gets it: each has callbacks of its own, its metric may be shared. */
export function createLimitedObservable(core: BridgeCore, metric: ObservableMetric): Observable {
  return new LimitedObservable(core, metric);
}

/** The metric behind an instrument of this provider; `undefined` for anything else. */
export function observableMetricOf(observable: unknown): ObservableMetric | undefined {
  return LimitedObservable.metricOf(observable);
}

/** Runs a guarded callback in the round that is under way, and hands what it observed to the SDK. */
export type CallbackRunner = (
  hand: (metric: ObservableMetric, value: number, attributes: Attributes) => void,
) => void | Promise<void>;

export function createCallbackRunner(core: BridgeCore, callback: GuardedCallback): CallbackRunner {
  const previousOverflow = new Map<ObservableMetric, number>();
  return (hand) => {
    const round = core.round;
    if (round === undefined) {
      return undefined;
    }
    const handAll = (observations: Observations | undefined): void => {
      for (const { metric, series, value } of observations?.series() ?? []) {
        if (series.observedInRound === 0) {
          core.observed.set(series.attributes, series);
        }
        series.observedInRound = round.number;
        if (series.isOverflow) {
          const previous = previousOverflow.get(metric) ?? 0;
          previousOverflow.set(metric, value);
          hand(metric, metric.overflow.value(round.number, previous, value), series.attributes);
        } else {
          hand(metric, value, series.attributes);
        }
      }
    };
    const answer = callback.run(round);
    return answer instanceof Promise ? answer.then(handAll) : handAll(answer);
  };
}

class LimitedObservable implements Observable {
  readonly #core: BridgeCore;
  readonly #metric: ObservableMetric;
  readonly #sdkCallbacks = new Map<ObservableCallback, ObservableCallback>();

  constructor(core: BridgeCore, metric: ObservableMetric) {
    this.#core = core;
    this.#metric = metric;
  }

  static metricOf(observable: unknown): ObservableMetric | undefined {
    return typeof observable === 'object' && observable !== null && #metric in observable
      ? observable.#metric
      : undefined;
  }

  addCallback(callback: ObservableCallback): void {
    const core = this.#core;
    const metric = this.#metric;
    const name = `"${metric.limiter.metric}"`;
    if (this.#sdkCallbacks.has(callback) || !core.takeCallback(callback, name)) {
      return;
    }
    const run = createCallbackRunner(
      core,
      createGuardedCallback(core, name, (observations) => {
        const result: ObservableResult = {
          observe: (value, attributes) => observations.observe(metric, value, attributes),
        };
        return callback(result);
      }),
    );
    const sdkCallback: ObservableCallback = (result) =>
      run((_metric, value, attributes) => result.observe(value, attributes));
    this.#sdkCallbacks.set(callback, sdkCallback);
    core.whenLoaded(() => metric.sdk?.addCallback(sdkCallback));
  }

  removeCallback(callback: ObservableCallback): void {
    const sdkCallback = this.#sdkCallbacks.get(callback);
    if (sdkCallback === undefined) {
      return;
    }
    this.#sdkCallbacks.delete(callback);
    this.#core.returnCallback();
    this.#core.whenLoaded(() => this.#metric.sdk?.removeCallback(sdkCallback));
  }
}
