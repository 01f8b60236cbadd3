import { checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Jensen-Shannon distance: a metric between two distributions, defined where bins are empty on one side.
 *
 * Formula: √(½ Σ pₖ ln(pₖ/mₖ) + ½ Σ qₖ ln(qₖ/mₖ)) with m = (p + q)/2; divided by √ln 2 for base 2. No smoothing. Domain:
 * counts ≥ 0 in the same bins, each side with at least one sample (else NaN); order of bins does not matter. Range: 0 to
 * √ln 2 = 0.8326 in base e, 0 to 1 in base 2. Tools differ in the base: 0.1 is another threshold in each.
 *
 * Source: D. Endres and J. Schindelin, "A new metric for probability distributions", IEEE Trans. Information Theory 49
 * (2003); the same as `scipy.spatial.distance.jensenshannon`.
 *
 * @param base of the logarithm; default e
 * @example `jensenShannonDistance([500, 500], [300, 700])` is 0.14493…
 */
export function jensenShannonDistance(reference: Counts, live: Counts, base: 'e' | 2 = 'e'): number {
  checkSameBins(reference, live);
  const referenceTotal = totalOf(reference);
  const liveTotal = totalOf(live);
  if (referenceTotal === 0 || liveTotal === 0) {
    return Number.NaN;
  }
  let sum = 0;
  for (let bin = 0; bin < reference.length; bin += 1) {
    const p = live[bin]! / liveTotal;
    const q = reference[bin]! / referenceTotal;
    const middle = (p + q) / 2;
    sum += (p === 0 ? 0 : p * Math.log(p / middle)) + (q === 0 ? 0 : q * Math.log(q / middle));
  }
  // Rounding can leave a sum of equal shares an ulp below 0.
  const divergence = Math.max(0, sum / 2);
  return Math.sqrt(base === 2 ? divergence / Math.LN2 : divergence);
}
