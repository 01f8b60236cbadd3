/** The null that explains counts best, among all that the tolerance allows. */
export interface ToleratedFit {
  /** ln of how well it explains reference and counts, less that of the reference alone. */
  readonly logLikelihood: number;
  /** What the counts' own shares explain better: 0 where no bin has more than the tolerance allows. */
  readonly logLoss: number;
}

/**
 * The likeliest shares q of a reference r and p of live counts c, where no bin may have grown by more than ε.
 *
 * Formula: max over q, p of Σ rₖ ln qₖ + Σ cₖ ln pₖ with Σ qₖ = Σ pₖ = 1, pₖ ≤ (1 + ε) qₖ, less max Σ rₖ ln qₖ. Bins at their
 * limit have qₖ = (rₖ + cₖ)/s and pₖ = (1 + ε) qₖ, all others qₖ = rₖ/a and pₖ = cₖ/b; the conditions of Lagrange give
 * a + b = m + n, s = a + (1 + ε) b and a quadratic equation for a. A bin that is at its limit makes others scarcer, never
 * freer, so the set of them only grows until it fits.
 *
 * @param reference positive, so smoothed
 * @param isLimited workspace, as long as the bins
 */
export function fitToleratedShares(
  reference: Float64Array,
  counts: Float64Array,
  tolerance: number,
  isLimited: Uint8Array,
): ToleratedFit {
  const bins = counts.length;
  const growth = 1 + tolerance;
  let referenceTotal = 0;
  let samples = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    referenceTotal += reference[bin]!;
    samples += counts[bin]!;
  }
  const all = referenceTotal + samples;
  isLimited.fill(0);
  let free = referenceTotal;
  let limited = 0;
  let a = referenceTotal;
  let b = samples;
  for (let grown = true; grown;) {
    grown = false;
    for (let bin = 0; bin < bins; bin += 1) {
      // A bin without counts has nothing to grow by, whatever rounding makes of a b that is next to 0.
      if (counts[bin]! > 0 && isLimited[bin] === 0 && counts[bin]! * a > growth * reference[bin]! * b) {
        isLimited[bin] = 1;
        free -= reference[bin]!;
        limited += reference[bin]! + counts[bin]!;
        grown = true;
      }
    }
    if (grown) {
      const linear = growth * all + tolerance * free - limited;
      const root = Math.sqrt(Math.max(0, linear * linear - 4 * tolerance * free * growth * all));
      a = (2 * free * growth * all) / (linear + root);
      b = Math.max(0, all - a);
    }
  }
  const s = a + growth * b;
  let logLikelihood = 0;
  let own = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const r = reference[bin]!;
    const c = counts[bin]!;
    if (c > 0) {
      own += c * Math.log(c / samples);
    }
    if (isLimited[bin] === 1) {
      logLikelihood += r * Math.log(((r + c) * referenceTotal) / (s * r)) + c * Math.log((growth * (r + c)) / s);
    } else {
      logLikelihood += r * Math.log(referenceTotal / a) + (c > 0 ? c * Math.log(c / b) : 0);
    }
  }
  return { logLikelihood, logLoss: own - logLikelihood };
}
