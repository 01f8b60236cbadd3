import {
  createDriftEngine,
  createObservationCounter,
  type DriftAlert,
  type DriftEngine,
  type DriftOptions,
  type ModelDrift,
  type PredictionRow,
  type ReferenceProfile,
} from '@inferometer/drift-metrics';
import { predictions } from './predictions.ts';

/** One model, its engine and a clock that stands still between calls. */
export interface Traffic {
  readonly engine: DriftEngine;
  /** Cumulative, as a recorder has them. */
  readonly counts: Float64Array;
  readonly alerts: DriftAlert[];
  nowMs(): number;
  jump(ms: number): void;
  /** Counts rows, lets time go by, then updates. */
  observe(rows: readonly PredictionRow[], ms: number): void;
  /** Minutes without a change. */
  minutes(minutes: number, predictionsEach: number, seed: number): void;
  drift(): ModelDrift;
  /** The same counts, clock and alerts, with a new engine on a state. */
  takenOver(state: Float64Array): Traffic;
}

export function createTraffic(
  reference: ReferenceProfile,
  options: DriftOptions = {},
  state?: Float64Array,
  earlier?: Traffic,
): Traffic {
  let now = earlier?.nowMs() ?? 1e12;
  const { modelType } = reference;
  const engine = createDriftEngine([{ modelType, reference, state }], options);
  const layout = engine.layout(modelType)!;
  const counts = earlier?.counts ?? new Float64Array(layout.length);
  const alerts = earlier?.alerts ?? [];
  const count = createObservationCounter(layout, counts);
  const traffic: Traffic = {
    engine,
    counts,
    alerts,
    nowMs: () => now,
    jump(ms) {
      now += ms;
    },
    observe(rows, ms) {
      for (const row of rows) {
        count(row);
      }
      now += ms;
      alerts.push(...engine.update([{ modelType, counts }], now));
    },
    minutes(minutes, predictionsEach, seed) {
      for (let minute = 0; minute < minutes; minute += 1) {
        traffic.observe(predictions(predictionsEach, seed * 1000 + minute), 60_000);
      }
    },
    drift: () => engine.models(now)[0]!,
    takenOver: (next) => createTraffic(reference, options, next, traffic),
  };
  if (earlier === undefined) {
    engine.update([{ modelType, counts }], now);
  }
  return traffic;
}
