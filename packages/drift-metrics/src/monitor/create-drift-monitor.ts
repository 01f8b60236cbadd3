import { diag, type Meter } from '@opentelemetry/api';
import { createDriftEngine, driftStateLength, type DriftEngine } from '../engine/drift-engine.ts';
import type { DriftAlert } from '../engine/drift-alert.ts';
import type { DriftOptions } from '../engine/drift-options.ts';
import type { ModelDrift } from '../engine/model-drift.ts';
import { DriftConfigurationError } from '../errors/drift-configuration-error.ts';
import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { checkReferenceProfile } from '../reference/parse-reference-profile.ts';
import { loadReferenceProfile } from '../reference/reference-file.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { createObservationCounter, type CountObservation } from './count-observation.ts';
import { observeDrift } from './drift-instruments.ts';
import type { DriftObservation } from './observation.ts';
import { createWarmUp, type WarmUp } from './warm-up.ts';

/** What live predictions are compared with: a profile, the path of one, or the first predictions themselves. */
export type MonitorReference = ReferenceProfile | string | { readonly warmUp: { readonly samples: number } };

export interface DriftMonitorOptions extends DriftOptions {
  /** Where the series go: a meter of any OpenTelemetry SDK. */
  readonly meter: Meter;
  /** Becomes the label `model_type`; has to be the model that the reference is of. */
  readonly modelType: string;
  readonly reference: MonitorReference;
  /** Told once for each alert. What it throws is logged and costs nothing else. */
  readonly onDriftAlert?: ((alert: DriftAlert) => void) | undefined;
  /**
   * How often to see whether a pane is due, from 0 to 3,600,000. Default 10,000, or the shortest pane where that is less;
   * 0: only by `evaluate`.
   */
  readonly evaluationIntervalMs?: number | undefined;
  /** What `state` of an earlier monitor of the same reference gave; the monitor goes on from there. */
  readonly state?: ArrayLike<number> | undefined;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Watches one model. */
export interface DriftMonitor {
  /** Counts an inference. Never throws; allocates nothing but for the first predictions of a warm-up. */
  observe(observation: DriftObservation): void;
  /**
   * Closes the pane if it is due and judges the window; the timer does the same. It takes less than a millisecond: about
   * 30 microseconds for each signal of 20 bins.
   */
  evaluate(): readonly DriftAlert[];
  /** How the model stands; undefined while there is no reference. */
  drift(): ModelDrift | undefined;
  /** Panes and alerts as numbers, to go on with in another process; undefined while there is no reference. */
  state(): number[] | undefined;
  /** Ends the timer and takes the series away. */
  shutdown(): void;
}

const EVALUATION_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;
/** As `initObservability` has it; beyond 2^31 milliseconds a timer of Node would fire all the time. */
const MOST_INTERVAL_MS = 3_600_000;

/**
 * Watches one model for drift on any OpenTelemetry meter, without the rest of Inferometer. A reference that cannot be used
 * is logged and shown as `drift_reference_loaded` 0; the monitor then does nothing.
 *
 * Counting happens where `observe` is called, judging on a timer of the same thread, once a pane and in bounded time. To
 * judge in a thread of its own, give counts to `createDriftEngine` there.
 *
 * @throws DriftConfigurationError for a wrong option
 * @example
 * ```ts
 * const monitor = createDriftMonitor({ meter: metrics.getMeter('drift'), modelType: 'document', reference: './document.reference.json' });
 * monitor.observe({ predictedClass: 'sports', confidence: 0.93, features: { text_length: 512 } });
 * ```
 */
export function createDriftMonitor(options: DriftMonitorOptions): DriftMonitor {
  return new Monitor(options);
}

function evaluationInterval({ evaluationIntervalMs: given, paneMinimumMs }: DriftMonitorOptions): number {
  if (given === undefined) {
    return Math.min(EVALUATION_INTERVAL_MS, paneMinimumMs ?? MINUTE_MS);
  }
  if (typeof given !== 'number' || !(given >= 0 && given <= MOST_INTERVAL_MS)) {
    const requirement = `must be a number from 0 to ${MOST_INTERVAL_MS}`;
    throw new DriftConfigurationError('evaluationIntervalMs', requirement, given, 'leave it out for the default');
  }
  return given;
}

class Monitor implements DriftMonitor {
  readonly #options: DriftMonitorOptions;
  readonly #now: () => number;
  readonly #engine: DriftEngine;
  readonly #stopObserving: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #count: CountObservation;
  #counts: Float64Array = new Float64Array(0);
  #state: Float64Array | undefined;

  constructor(options: DriftMonitorOptions) {
    const { modelType, reference } = options;
    const intervalMs = evaluationInterval(options);
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#engine = createDriftEngine([{ modelType, reference: undefined }], options);
    this.#count = () => {};
    if (typeof reference === 'object' && reference !== null && 'warmUp' in reference) {
      const warmUp = createWarmUp(reference.warmUp.samples, { modelType, now: this.#now });
      this.#count = (observation) => this.#learn(warmUp, observation);
    } else {
      this.#load(reference);
    }
    this.#stopObserving = observeDrift(options.meter, () => this.#engine.points(this.#now()));
    if (intervalMs > 0) {
      this.#timer = setInterval(() => this.evaluate(), intervalMs).unref();
    }
  }

  observe(observation: DriftObservation): void {
    try {
      this.#count(observation);
    } catch {
      // An observation whose fields throw when they are read: what was read of it counts.
    }
  }

  evaluate(): readonly DriftAlert[] {
    const { modelType, onDriftAlert } = this.#options;
    const alerts = this.#engine.update([{ modelType, counts: this.#counts }], this.#now());
    for (const alert of alerts) {
      try {
        onDriftAlert?.(alert);
      } catch (error) {
        diag.error('inferometer: onDriftAlert threw', error);
      }
    }
    return alerts;
  }

  drift(): ModelDrift | undefined {
    return this.#engine.models(this.#now())[0];
  }

  state(): number[] | undefined {
    // Counts begin at 0 in the next process, so what was counted already is not part of what is handed on.
    return this.#state && [...this.#state];
  }

  shutdown(): void {
    clearInterval(this.#timer);
    this.#stopObserving();
    this.#count = () => {};
  }

  #load(reference: ReferenceProfile | string): void {
    const { modelType, state } = this.#options;
    try {
      const profile =
        typeof reference === 'string'
          ? loadReferenceProfile(reference, { modelType })
          : checkReferenceProfile(reference, 'the reference', { modelType });
      this.#watch(profile, state);
    } catch (error) {
      if (!ReferenceProfileError.isInstance(error)) {
        throw error;
      }
      diag.error(`inferometer: no drift for the model ${modelType}: ${error.message}`);
    }
  }

  #learn(warmUp: WarmUp, observation: DriftObservation): void {
    const profile = warmUp.add(observation);
    if (profile !== undefined) {
      this.#watch(profile, undefined);
    }
  }

  #watch(profile: ReferenceProfile, earlier: ArrayLike<number> | undefined): void {
    const { modelType } = this.#options;
    this.#state = new Float64Array(driftStateLength(profile, this.#options));
    if (earlier?.length === this.#state.length) {
      this.#state.set(earlier);
    }
    this.#engine.watch({ modelType, reference: profile, state: this.#state });
    const layout = this.#engine.layout(modelType)!;
    this.#counts = new Float64Array(layout.length);
    this.#count = createObservationCounter(layout, this.#counts);
    // What is counted from now on is the first pane.
    this.#engine.update([{ modelType, counts: this.#counts }], this.#now());
  }
}
