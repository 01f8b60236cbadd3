import type { DriftAlert } from '@inferometer/observability';

/** How many of the bins that changed are told. */
const BINS_TOLD = 2;

/** An alert in one line: what changed, how much, and where most. */
export function describeAlert(alert: DriftAlert): string {
  const { modelType, alertType, feature, score, window, contributions } = alert;
  const what = feature === undefined ? alertType : `${alertType} ${feature}`;
  const bins = contributions.slice(0, BINS_TOLD).map(({ bin, liveShare, referenceShare }) => {
    return `${binName(bin, alertType)} ${percent(liveShare)} instead of ${percent(referenceShare)}`;
  });
  return `${modelType} ${what} ${score.toFixed(2)} over ${window.samples} predictions: ${bins.join(', ')}`;
}

/** Bins of numbers are called by their upper edge. */
function binName(bin: string, alertType: DriftAlert['alertType']): string {
  const edge = Number(bin);
  return (alertType === 'confidence' || alertType === 'feature') && Number.isFinite(edge)
    ? `up to ${Number(edge.toPrecision(3))}`
    : bin;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
