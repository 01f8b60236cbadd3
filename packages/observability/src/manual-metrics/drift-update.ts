import { driftAlerts, driftScore } from '../catalogue/drift-metrics.ts';
import type { DroppedValues } from '../diagnostics/dropped-values.ts';
import { labelText, textOf } from '../inference/label-text.ts';
import type { BoundedLabel } from '../inference/bounded-label.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import type { ManualGauges, ValueRange } from './manual-gauges.ts';

/** What can drift. */
export type DriftType = 'distribution' | 'confidence' | 'performance';

/** Drift scores computed by the application itself. `null` makes a series disappear, or gives it back to a monitor. */
export interface DriftValues {
  /** `drift_score{metric_type="distribution"}`. */
  readonly distributionDrift?: number | null | undefined;
  /** `drift_score{metric_type="confidence"}`. */
  readonly confidenceDrift?: number | null | undefined;
  /** `drift_score{metric_type="performance"}`. */
  readonly performanceDrift?: number | null | undefined;
  /** Drift alerts that this update raises; each adds 1 to `drift_alerts_total{alert_type}`. */
  readonly alerts?: readonly DriftType[] | undefined;
  /** Which model it is of; without one the series have no `model_type`. */
  readonly modelType?: string | undefined;
}

export type UpdateDriftMetrics = (values: DriftValues) => void;

const DRIFT_TYPES: readonly DriftType[] = ['distribution', 'confidence', 'performance'];

/** Divergences have no bound in common but 0; a performance drop is negative where performance rose. */
const DIVERGENCE: ValueRange = { least: 0, most: Number.MAX_VALUE };
const RANGES: { readonly [type in DriftType]: ValueRange } = {
  distribution: DIVERGENCE,
  confidence: DIVERGENCE,
  performance: { least: -Number.MAX_VALUE, most: Number.MAX_VALUE },
};

/** An update is of one moment, in which each kind of drift is found once; a longer list is a mistake. */
const MOST_ALERTS = 100;

/** @param modelLabel how many models may have series of their own; beyond, scores are dropped: they do not add up */
export function createDriftUpdate(
  store: SeriesStore,
  gauges: ManualGauges,
  dropped: DroppedValues,
  modelLabel: BoundedLabel,
): UpdateDriftMetrics {
  const alerts = new Map<string | undefined, { readonly [type in DriftType]: SlotBlock }>();
  const alertsOf = (modelType: string | undefined): { readonly [type in DriftType]: SlotBlock } => {
    let blocks = alerts.get(modelType);
    if (blocks === undefined) {
      const model = modelType === undefined ? {} : { model_type: modelType };
      const series = (type: DriftType): [DriftType, SlotBlock] => [
        type,
        store.series({ metric: driftAlerts, attributes: { alert_type: type, ...model } }),
      ];
      blocks = Object.fromEntries(DRIFT_TYPES.map(series)) as { [type in DriftType]: SlotBlock };
      alerts.set(modelType, blocks);
    }
    return blocks;
  };
  alertsOf(undefined);

  const raise = (modelType: string | undefined, given: unknown): void => {
    if (given === undefined || given === null) {
      return;
    }
    if (!Array.isArray(given)) {
      dropped.drop(driftAlerts, 'wrong_type', 'alerts');
      return;
    }
    for (const type of given.slice(0, MOST_ALERTS) as readonly DriftType[]) {
      if (DRIFT_TYPES.includes(type)) {
        const block = alertsOf(modelType)[type];
        block.slots[block.index]! += 1;
      } else {
        dropped.drop(driftAlerts, 'out_of_range', 'alerts');
      }
    }
  };

  return (values) => {
    try {
      const model = values.modelType;
      const given = textOf(model);
      if (given === undefined && model !== undefined && model !== null) {
        // Without its model the score would overwrite that of the whole service.
        dropped.drop(driftScore, 'wrong_type', 'modelType');
        return;
      }
      const modelType = given === undefined || given === '' ? undefined : labelText(given);
      if (modelType !== undefined && !modelLabel.admit(modelType)) {
        dropped.drop(driftScore, 'out_of_range', 'modelType');
        return;
      }
      const attributes = modelType === undefined ? {} : { model_type: modelType };
      for (const type of DRIFT_TYPES) {
        const field = `${type}Drift` as const;
        const value = gauges.read(driftScore, values, field);
        gauges.set(driftScore, { metric_type: type, ...attributes }, value, RANGES[type], field);
      }
      raise(modelType, gauges.read(driftAlerts, values, 'alerts'));
    } catch {
      dropped.drop(driftScore, 'unreadable', 'updateDriftMetrics');
    }
  };
}
