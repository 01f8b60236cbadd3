import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { shortHash } from '../reference/reference-profile.ts';
import { createCountLayout, type CountLayout } from './count-layout.ts';
import type { DriftAlert } from './drift-alert.ts';
import { resolveDriftOptions, type DriftOptions, type DriftSettings } from './drift-options.ts';
import { modelPoints, unloadedPoints, type DriftPoint } from './drift-points.ts';
import type { ModelDrift } from './model-drift.ts';
import { ModelMonitor } from './model-monitor.ts';
import { stateLength } from './model-state.ts';

/** A model and what it is compared with. */
export interface WatchedModel {
  readonly modelType: string;
  /** Undefined where there is none that can be used: the model is there, with `drift_reference_loaded` 0. */
  readonly reference: ReferenceProfile | undefined;
  /**
   * Where to remember panes and alerts, `driftStateLength` numbers, zeros at first. In shared memory it outlives the thread.
   * What it holds of the same reference is gone on with, all else is begun anew.
   */
  readonly state?: Float64Array | undefined;
}

/** Cumulative counts of one model, as its layout has them. */
export interface ModelCounts {
  readonly modelType: string;
  /** Short hash of the reference that the counts are of: where it is told, counts of another are left alone. */
  readonly reference?: string | undefined;
  readonly counts: ArrayLike<number>;
}

/** Judges models by their counts. It keeps no time, starts nothing and does no input or output. */
export interface DriftEngine {
  /** Watches a model, or compares it with another reference from now on; panes of the earlier one are discarded. */
  watch(model: WatchedModel): void;
  unwatch(modelType: string): void;
  /**
   * Takes the counts as they stand now. Call it every few seconds: a pane closes at the first update after it is due.
   *
   * @param nowMs milliseconds since 1970
   * @returns alerts that this raised, each once
   */
  update(models: Iterable<ModelCounts>, nowMs: number): DriftAlert[];
  /** How the models stand. */
  models(nowMs: number): ModelDrift[];
  /** Alerts that last, of one model, as they stand now; the one that began last comes last. */
  activeAlerts(modelType: string, nowMs: number): DriftAlert[];
  /**
   * All series, see `driftMetricDefinitions`.
   *
   * @param include `bins: false` leaves the counts of single bins out, for who exports them from where they are counted
   */
  points(nowMs: number, include?: { readonly bins?: boolean }): DriftPoint[];
  /** Undefined where the model is not watched or has no reference. */
  layout(modelType: string): CountLayout | undefined;
}

/**
 * @throws DriftConfigurationError for a wrong option
 * @example
 * ```ts
 * const engine = createDriftEngine([{ modelType: 'document', reference }], { tolerance: 0.2 });
 * for (const alert of engine.update([{ modelType: 'document', counts }], Date.now())) console.warn(alert);
 * ```
 */
export function createDriftEngine(models: Iterable<WatchedModel> = [], options: DriftOptions = {}): DriftEngine {
  const engine = new Engine(resolveDriftOptions(options));
  for (const model of models) {
    engine.watch(model);
  }
  return engine;
}

/** Numbers that the state of a model takes, for who wants to provide it. */
export function driftStateLength(reference: ReferenceProfile, options: DriftOptions = {}): number {
  return stateLength(createCountLayout(reference), resolveDriftOptions(options).panes);
}

interface Watched {
  readonly monitor: ModelMonitor | undefined;
  counts: ArrayLike<number>;
}

class Engine implements DriftEngine {
  readonly #settings: DriftSettings;
  readonly #models = new Map<string, Watched>();
  /** Of models, also those without a reference now. */
  readonly #alerts = new Map<string, ModelDrift['alerts']>();

  constructor(settings: DriftSettings) {
    this.#settings = settings;
  }

  watch({ modelType, reference, state }: WatchedModel): void {
    this.#rememberAlerts(modelType);
    const monitor = reference && new ModelMonitor(reference, this.#settings, state);
    const alerts = this.#alerts.get(modelType);
    if (alerts !== undefined) {
      monitor?.continueAlerts(alerts);
    }
    this.#models.set(modelType, { monitor, counts: [] });
  }

  unwatch(modelType: string): void {
    this.#rememberAlerts(modelType);
    this.#models.delete(modelType);
  }

  update(models: Iterable<ModelCounts>, nowMs: number): DriftAlert[] {
    const alerts: DriftAlert[] = [];
    for (const { modelType, reference, counts } of models) {
      const watched = this.#models.get(modelType);
      const monitor = watched?.monitor;
      const isOfReference =
        monitor !== undefined &&
        counts.length === monitor.layout.length &&
        (reference === undefined || reference === shortHash(monitor.reference));
      if (watched !== undefined && isOfReference) {
        watched.counts = counts;
        alerts.push(...monitor.update(counts, nowMs));
      }
    }
    return alerts;
  }

  models(nowMs: number): ModelDrift[] {
    return [...this.#models.values()].flatMap(({ monitor }) => (monitor === undefined ? [] : [monitor.drift(nowMs)]));
  }

  activeAlerts(modelType: string, nowMs: number): DriftAlert[] {
    return this.#models.get(modelType)?.monitor?.activeAlerts(nowMs) ?? [];
  }

  points(nowMs: number, { bins = true }: { readonly bins?: boolean } = {}): DriftPoint[] {
    return [...this.#models].flatMap(([modelType, { monitor, counts }]) =>
      monitor === undefined
        ? unloadedPoints(modelType)
        : modelPoints(monitor.drift(nowMs, 'classes'), monitor.reference, bins ? monitor.layout : undefined, counts),
    );
  }

  layout(modelType: string): CountLayout | undefined {
    return this.#models.get(modelType)?.monitor?.layout;
  }

  #rememberAlerts(modelType: string): void {
    const monitor = this.#models.get(modelType)?.monitor;
    if (monitor !== undefined) {
      this.#alerts.set(modelType, monitor.drift(0).alerts);
    }
  }
}
