import { isotonicRegression } from '../mathematics/isotonic-regression.ts';
import type { CalibrationTable } from './reference-profile.ts';

/**
 * What confidences are worth: the share of right predictions in each bin of confidence, made non-decreasing.
 *
 * Formula: isotonic regression of (correct + ½) / (labelled + 1), weighted by the labelled samples.
 *
 * @param labelled labelled samples in each bin
 * @param correct how many of them were right
 */
export function createCalibrationTable(labelled: readonly number[], correct: readonly number[]): CalibrationTable {
  const shares = labelled.map((count, bin) => (correct[bin]! + 0.5) / (count + 1));
  return { labelled, correct, accuracy: isotonicRegression(shares, labelled) };
}
