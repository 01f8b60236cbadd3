import { checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Wasserstein-1 (earth mover's) distance of binned values: how far the average value has to move, in the values' unit.
 *
 * Formula: Σ |Fₖ − Gₖ| (xₖ₊₁ − xₖ), where all of a bin's values are taken to lie at its position xₖ. Domain: counts ≥ 0
 * in the same bins, positions finite and in order, each side with at least one sample (else NaN). Range: 0 to the largest
 * difference of positions. The positions of a profile are the means of its bins, so a shift within the outermost bins is
 * seen only in part.
 *
 * Source: L. Kantorovich (1942); C. Villani, Optimal Transport (2009), remark 2.19; the same as
 * `scipy.stats.wasserstein_distance` with weights.
 *
 * @example `wassersteinDistance([0, 1, 2], [10, 10, 10], [0, 10, 20])` is 0.6666…
 */
export function wassersteinDistance(positions: ArrayLike<number>, reference: Counts, live: Counts): number {
  checkSameBins(reference, live);
  checkSameBins(positions, live);
  const referenceTotal = totalOf(reference);
  const liveTotal = totalOf(live);
  if (referenceTotal === 0 || liveTotal === 0) {
    return Number.NaN;
  }
  let distance = 0;
  let referenceBelow = 0;
  let liveBelow = 0;
  for (let bin = 0; bin + 1 < reference.length; bin += 1) {
    referenceBelow += reference[bin]!;
    liveBelow += live[bin]!;
    const gap = Math.abs(liveBelow / liveTotal - referenceBelow / referenceTotal);
    distance += gap * (positions[bin + 1]! - positions[bin]!);
  }
  return distance;
}

/**
 * {@link wassersteinDistance} in standard deviations of the reference, which makes features of different units
 * comparable. A reference without spread gives 0 where nothing moved, else infinity.
 */
export function scaledWassersteinDistance(
  positions: ArrayLike<number>,
  reference: Counts,
  live: Counts,
  referenceStandardDeviation: number,
): number {
  const distance = wassersteinDistance(positions, reference, live);
  return distance === 0 ? 0 : distance / referenceStandardDeviation;
}
