import { ALERT_COUNTS_AT, ALERT_TYPES, createCountLayout, shortHash } from '@inferometer/drift-metrics/counting';
import { createDriftEngine, type DriftAlert, type DriftEngine } from '@inferometer/drift-metrics';
import type { ResolvedDrift } from '../../options/resolved-options.ts';
import type { SeriesStore } from '../../store/series-store.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { createProblemLog } from '../problem-log.ts';
import { systemClock } from '../clock.ts';
import { createDriftGauges, type DriftGauges } from './drift-gauges.ts';
import type { DriftModel, NumberedAlert, WatchedReference } from './drift-model.ts';
import { createModelCounts, type ModelCountsReader } from './model-counts.ts';

/** Judges the models of a process by their counts. */
export interface DriftWatch {
  /** Watches a model, or compares it with another reference from now on. */
  watch(model: DriftModel): void;
  /** Brings the gauges up to date, as evaluating does. */
  show(): void;
  /** Reads the counts, closes the panes that are due, brings the gauges up to date. */
  evaluate(): void;
}

export interface DriftWatchParts {
  readonly settings: ResolvedDrift['settings'];
  readonly store: SeriesStore;
  readonly reader: StoreReader;
  readonly onAlert: (alert: NumberedAlert) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createDriftWatch(parts: DriftWatchParts): DriftWatch {
  return new CountingDriftWatch(parts);
}

interface Watched {
  readonly modelType: string;
  readonly reference: string;
  readonly counts: ModelCountsReader;
  readonly state: Float64Array;
}

class CountingDriftWatch implements DriftWatch {
  readonly #parts: DriftWatchParts;
  readonly #engine: DriftEngine;
  readonly #gauges: DriftGauges;
  readonly #watched = new Map<string, Watched>();
  readonly #problems = createProblemLog(systemClock);

  constructor(parts: DriftWatchParts) {
    this.#parts = parts;
    this.#engine = createDriftEngine([], parts.settings);
    this.#gauges = createDriftGauges(parts.store, parts.now);
  }

  watch({ modelType, watched }: DriftModel): void {
    if (watched === undefined) {
      this.#engine.watch({ modelType, reference: undefined });
    } else {
      this.#watch(modelType, watched);
    }
  }

  show(): void {
    this.#gauges.show(this.#engine.points(this.#parts.now(), { bins: false }));
  }

  evaluate(): void {
    try {
      this.#update(this.#parts.now());
      this.show();
    } catch (error) {
      this.#problems.report('drift', `drift could not be evaluated: ${String(error)}`);
    }
  }

  #watch(modelType: string, { profile, slab, index, length, boundAtMs, toldAlerts }: WatchedReference): void {
    const state = new Float64Array(slab, index * Float64Array.BYTES_PER_ELEMENT, length);
    const isNew = state.every((number) => number === 0);
    this.#engine.watch({ modelType, reference: profile, state });
    const reference = shortHash(profile);
    const layout = createCountLayout(profile);
    const counts = createModelCounts(this.#parts.reader, modelType, reference, layout);
    this.#watched.set(modelType, { modelType, reference, counts, state });
    this.#gauges.showReference(modelType, reference, profile, layout);
    if (isNew) {
      // The first pane begins where counting did, which is a moment ago: at 0.
      this.#engine.update([{ modelType, reference, counts: new Float64Array(layout.length) }], boundAtMs);
    } else {
      this.#tellForgotten(modelType, state, toldAlerts);
    }
  }

  #update(nowMs: number): void {
    const models = [...this.#watched.values()];
    const alerts = this.#engine.update(
      models.map(({ modelType, reference, counts }) => ({ modelType, reference, counts: counts.read() })),
      nowMs,
    );
    for (const [place, alert] of alerts.entries()) {
      const later = alerts.slice(place + 1).filter((other) => isOfSameKind(alert, other)).length;
      const { state } = this.#watched.get(alert.modelType)!;
      const raised = state[ALERT_COUNTS_AT + ALERT_TYPES.indexOf(alert.alertType)]!;
      this.#parts.onAlert({ alert, number: raised - later });
    }
  }

  /** Alerts that an earlier observer raised and could not tell any more, as they stand now. */
  #tellForgotten(modelType: string, state: Float64Array, toldAlerts: readonly number[]): void {
    const active = this.#engine.activeAlerts(modelType, this.#parts.now());
    for (const [type, alertType] of ALERT_TYPES.entries()) {
      const raised = state[ALERT_COUNTS_AT + type]!;
      const ofType = active.filter((alert) => alert.alertType === alertType);
      const forgotten = Math.min(ofType.length, raised - (toldAlerts[type] ?? 0));
      for (const [place, alert] of ofType.slice(ofType.length - forgotten).entries()) {
        this.#parts.onAlert({ alert, number: raised - forgotten + place + 1 });
      }
    }
  }
}

function isOfSameKind(alert: DriftAlert, other: DriftAlert): boolean {
  return alert.modelType === other.modelType && alert.alertType === other.alertType;
}
