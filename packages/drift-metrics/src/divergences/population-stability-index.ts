import { SMOOTHING, checkSameBins, totalOf, type Counts } from './smoothed-shares.ts';

/**
 * Population stability index: how far live shares are from the reference's, in nats.
 *
 * Formula: Σ (pₖ − qₖ) ln(pₖ / qₖ), with pₖ = (liveₖ + ½) / (n + ½K) and qₖ = (referenceₖ + ½) / (m + ½K). It equals the
 * symmetric Kullback-Leibler divergence (Jeffreys). Domain: counts ≥ 0 in the same K bins; order of bins does not matter.
 * Range: 0 to infinity. By convention 0.1 is a moderate shift and 0.25 a large one; but see
 * {@link correctedPopulationStabilityIndex}: in few samples it is never near 0.
 *
 * Source: H. Jeffreys, "An invariant form for the prior probability in estimation problems", Proc. Royal Society A 186
 * (1946); B. Yurdakul, "Statistical Properties of Population Stability Index", Western Michigan University (2018).
 *
 * @example `populationStabilityIndex([500, 500], [300, 700])` is 0.16910…
 */
export function populationStabilityIndex(reference: Counts, live: Counts): number {
  checkSameBins(reference, live);
  const bins = reference.length;
  const liveTotal = totalOf(live) + SMOOTHING * bins;
  const referenceTotal = totalOf(reference) + SMOOTHING * bins;
  let sum = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const p = (live[bin]! + SMOOTHING) / liveTotal;
    const q = (reference[bin]! + SMOOTHING) / referenceTotal;
    sum += (p - q) * Math.log(p / q);
  }
  return sum;
}

/**
 * What each bin adds to {@link populationStabilityIndex}; never negative, adds up to it. The largest name the cause.
 */
export function populationStabilityContributions(reference: Counts, live: Counts): number[] {
  checkSameBins(reference, live);
  const bins = reference.length;
  const liveTotal = totalOf(live) + SMOOTHING * bins;
  const referenceTotal = totalOf(reference) + SMOOTHING * bins;
  return Array.from({ length: bins }, (_, bin) => {
    const p = (live[bin]! + SMOOTHING) / liveTotal;
    const q = (reference[bin]! + SMOOTHING) / referenceTotal;
    return (p - q) * Math.log(p / q);
  });
}

/**
 * What the index is on average where nothing has changed: (K − 1)(1/n + 1/m), since it is then distributed as
 * (1/n + 1/m) χ² with K − 1 degrees of freedom. Infinite where one side is empty.
 *
 * Source: B. Yurdakul (2018), theorem 3.1.
 */
export function expectedStabilityIndex(bins: number, referenceTotal: number, liveTotal: number): number {
  return (bins - 1) * (1 / liveTotal + 1 / referenceTotal);
}

/**
 * {@link populationStabilityIndex} less what sampling alone gives, and never negative, so that 0.1 means the same in 500
 * samples as in a million.
 *
 * Formula: max(0, PSI − (K − 1)(1/n + 1/m)). Domain: as there; 0 where one side is empty.
 *
 * @example `correctedPopulationStabilityIndex([500, 500], [300, 700])` is 0.16710…
 */
export function correctedPopulationStabilityIndex(reference: Counts, live: Counts): number {
  const expected = expectedStabilityIndex(reference.length, totalOf(reference), totalOf(live));
  return Math.max(0, populationStabilityIndex(reference, live) - expected);
}
