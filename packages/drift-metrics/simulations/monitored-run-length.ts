import { createNoopMeter } from '@opentelemetry/api';
import { createDriftMonitor, createReferenceProfile, type DriftOptions } from '../src/index.ts';
import type { RandomNumber } from '../src/mathematics/seeded-random.ts';
import type { UnchangedPredictions } from './unchanged-predictions.ts';

/** A monitor that is given predictions as a user gives them, against a reference that is made of rows. */
export interface MonitoredSetting {
  readonly predictions: UnchangedPredictions;
  readonly referenceRows: number;
  readonly eventsPerPane: number;
  /** Panes between false alarms that are asked for. */
  readonly threshold: number;
  readonly options: DriftOptions;
}

const PANE_MS = 60_000;

/**
 * Panes until the first alert of any signal, of a reference that is drawn anew.
 *
 * @returns number of the pane with the alert, counted from 1, or undefined where there was none
 */
export function monitoredRunLength(
  random: RandomNumber,
  { predictions, referenceRows, eventsPerPane, threshold, options }: MonitoredSetting,
  mostPanes: number,
): number | undefined {
  const modelType = 'simulated';
  const rows = Array.from({ length: referenceRows }, () => predictions(random));
  let now = PANE_MS;
  const monitor = createDriftMonitor({
    ...options,
    meter: createNoopMeter(),
    modelType,
    reference: createReferenceProfile(rows, { modelType }),
    paneMinimumMs: PANE_MS,
    paneMinimumEvents: eventsPerPane,
    meanTimeBetweenFalseAlarmsMs: threshold * PANE_MS,
    evaluationIntervalMs: 0,
    now: () => now,
  });
  try {
    for (let pane = 1; pane <= mostPanes; pane += 1) {
      for (let event = 0; event < eventsPerPane; event += 1) {
        monitor.observe(predictions(random));
      }
      now += PANE_MS;
      if (monitor.evaluate().length > 0) {
        return pane;
      }
    }
    return undefined;
  } finally {
    monitor.shutdown();
  }
}
