import { checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Total variation distance: the share of traffic that would have to move to other bins.
 *
 * Formula: ½ Σ |pₖ − qₖ|. No smoothing. Domain: counts ≥ 0 in the same bins, each side with at least one sample (else
 * NaN); order of bins does not matter. Range: 0 to 1.
 *
 * Source: A. Tsybakov, Introduction to Nonparametric Estimation (2009), section 2.4.
 *
 * @example `totalVariationDistance([500, 500], [300, 700])` is 0.2
 */
export function totalVariationDistance(reference: Counts, live: Counts): number {
  checkSameBins(reference, live);
  const referenceTotal = totalOf(reference);
  const liveTotal = totalOf(live);
  if (referenceTotal === 0 || liveTotal === 0) {
    return Number.NaN;
  }
  let sum = 0;
  for (let bin = 0; bin < reference.length; bin += 1) {
    sum += Math.abs(live[bin]! / liveTotal - reference[bin]! / referenceTotal);
  }
  return sum / 2;
}
