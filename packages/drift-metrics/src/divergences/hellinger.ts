import { checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Hellinger distance: a metric that bounds the total variation from both sides and is gentle with rare bins.
 *
 * Formula: √(½ Σ (√pₖ − √qₖ)²). No smoothing. Domain: counts ≥ 0 in the same bins, each side with at least one sample
 * (else NaN); order of bins does not matter. Range: 0 to 1.
 *
 * Source: E. Hellinger, J. reine angew. Math. 136 (1909); L. Le Cam, Asymptotic Methods in Statistical Decision Theory
 * (1986).
 *
 * @example `hellingerDistance([500, 500], [300, 700])` is 0.14523…
 */
export function hellingerDistance(reference: Counts, live: Counts): number {
  checkSameBins(reference, live);
  const referenceTotal = totalOf(reference);
  const liveTotal = totalOf(live);
  if (referenceTotal === 0 || liveTotal === 0) {
    return Number.NaN;
  }
  let sum = 0;
  for (let bin = 0; bin < reference.length; bin += 1) {
    const difference = Math.sqrt(live[bin]! / liveTotal) - Math.sqrt(reference[bin]! / referenceTotal);
    sum += difference * difference;
  }
  return Math.sqrt(sum / 2);
}
