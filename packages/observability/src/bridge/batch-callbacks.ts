import type { BatchObservableCallback, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { BridgeCore } from './bridge-core.ts';
import { createGuardedCallback } from './guarded-callback.ts';
import { createCallbackRunner, observableMetricOf } from './limited-observables.ts';
import type { ObservableMetric } from './observations.ts';

/** The callbacks that observe several instruments of one meter. */
export interface BatchCallbacks {
  add(callback: BatchObservableCallback, observables: unknown): void;
  remove(callback: BatchObservableCallback, observables: unknown): void;
}

/** @param sdkMeter - the SDK's meter; asked only once the SDK is loaded */
export function createBatchCallbacks(core: BridgeCore, sdkMeter: () => Meter): BatchCallbacks {
  return new LimitedBatchCallbacks(core, sdkMeter);
}

interface Registration {
  readonly callback: BatchObservableCallback;
  readonly metrics: ReadonlySet<ObservableMetric>;
  readonly sdkCallback: BatchObservableCallback;
}

class LimitedBatchCallbacks implements BatchCallbacks {
  readonly #core: BridgeCore;
  readonly #sdkMeter: () => Meter;
  #registrations: readonly Registration[] = [];

  constructor(core: BridgeCore, sdkMeter: () => Meter) {
    this.#core = core;
    this.#sdkMeter = sdkMeter;
  }

  add(callback: BatchObservableCallback, observables: unknown): void {
    const core = this.#core;
    const metrics = metricsOf(observables);
    const name = [...metrics].map((metric) => `"${metric.limiter.metric}"`).join(', ');
    if (metrics.size === 0) {
      core.warnings.warn('instrument', () => 'a batch callback needs observable instruments of this meter provider');
      return;
    }
    if (this.#find(callback, metrics) !== undefined || !core.takeCallback(callback, name)) {
      return;
    }
    const run = createCallbackRunner(
      core,
      createGuardedCallback(core, name, (observations) => {
        const result: BatchObservableResult = {
          observe(observable, value, attributes): void {
            const metric = observableMetricOf(observable);
            if (metric !== undefined && metrics.has(metric)) {
              observations.observe(metric, value, attributes);
            }
          },
        };
        return callback(result);
      }),
    );
    const sdkCallback: BatchObservableCallback = (result) =>
      run((metric, value, attributes) => {
        if (metric.sdk !== undefined) {
          result.observe(metric.sdk, value, attributes);
        }
      });
    this.#registrations = [...this.#registrations, { callback, metrics, sdkCallback }];
    core.whenLoaded(() => this.#sdkMeter().addBatchObservableCallback(sdkCallback, sdkInstruments(metrics)));
  }

  remove(callback: BatchObservableCallback, observables: unknown): void {
    const metrics = metricsOf(observables);
    const registration = this.#find(callback, metrics);
    if (registration === undefined) {
      return;
    }
    this.#registrations = this.#registrations.filter((other) => other !== registration);
    this.#core.returnCallback();
    this.#core.whenLoaded(() =>
      this.#sdkMeter().removeBatchObservableCallback(registration.sdkCallback, sdkInstruments(metrics)),
    );
  }

  #find(callback: BatchObservableCallback, metrics: ReadonlySet<ObservableMetric>): Registration | undefined {
    return this.#registrations.find(
      (registration) =>
        registration.callback === callback &&
        registration.metrics.size === metrics.size &&
        [...metrics].every((metric) => registration.metrics.has(metric)),
    );
  }
}

function metricsOf(observables: unknown): ReadonlySet<ObservableMetric> {
  const given: readonly unknown[] = Array.isArray(observables) ? observables : [];
  return new Set(given.map(observableMetricOf).filter((metric) => metric !== undefined));
}

function sdkInstruments(metrics: ReadonlySet<ObservableMetric>): Observable[] {
  return [...metrics].map((metric) => metric.sdk).filter((instrument) => instrument !== undefined);
}
