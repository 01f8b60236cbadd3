import { checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Kolmogorov-Smirnov distance of binned values: the largest gap between the two cumulative shares, seen at the edges.
 *
 * Formula: max |Fₖ − Gₖ|. Domain: counts ≥ 0 in the same bins, which must be in order of value; each side with at least
 * one sample (else NaN). Range: 0 to 1. Of values that were binned it is never above the exact statistic, and below it by
 * at most the larger share of one bin; of what lies at the edges it is exact.
 *
 * Source: N. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of Mathematical
 * Statistics 19 (1948).
 *
 * @example `kolmogorovSmirnovDistance([25, 25, 25, 25], [10, 20, 30, 40])` is 0.2
 */
export function kolmogorovSmirnovDistance(reference: Counts, live: Counts): number {
  checkSameBins(reference, live);
  const referenceTotal = totalOf(reference);
  const liveTotal = totalOf(live);
  if (referenceTotal === 0 || liveTotal === 0) {
    return Number.NaN;
  }
  let largest = 0;
  let referenceBelow = 0;
  let liveBelow = 0;
  for (let bin = 0; bin < reference.length; bin += 1) {
    referenceBelow += reference[bin]!;
    liveBelow += live[bin]!;
    largest = Math.max(largest, Math.abs(liveBelow / liveTotal - referenceBelow / referenceTotal));
  }
  return largest;
}
