/**
 * How much better their own shares explain a reference r and live counts c than the likeliest shares q and p do of which no
 * bin has grown by more than ε: 0 where none has.
 *
 * Formula: max Σ rₖ ln qₖ + max Σ cₖ ln pₖ, less the max of both with Σ qₖ = Σ pₖ = 1, pₖ ≤ (1 + ε) qₖ. Bins at their
 * limit have qₖ = (rₖ + cₖ)/s and pₖ = (1 + ε) qₖ, all others qₖ = rₖ/a and pₖ = cₖ/b; the conditions of Lagrange give
 * a + b = m + n, s = a + (1 + ε) b and a quadratic equation for a. A bin that is at its limit makes others scarcer, never
 * freer, so the set of them only grows until it fits. Of the others only
 * sums are needed: logarithms are taken of the few bins at their limit, since this is asked of most panes at each look.
 *
 * @param reference positive, so smoothed
 * @param isLimited workspace, as long as the bins
 */
export function toleratedLoss(
  reference: Float64Array,
  counts: Float64Array,
  tolerance: number,
  isLimited: Uint8Array,
): number {
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
  if (limited === 0) {
    return 0;
  }
  const s = a + growth * b;
  let freeCounts = samples;
  let loss = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    if (isLimited[bin] === 1) {
      const r = reference[bin]!;
      const c = counts[bin]!;
      freeCounts -= c;
      loss += c * Math.log((c * s) / (samples * growth * (r + c))) - r * Math.log(((r + c) * referenceTotal) / (s * r));
    }
  }
  // Rounding may leave a b of next to 0 where no counts are free.
  return loss - free * Math.log(referenceTotal / a) + (freeCounts > 0 ? freeCounts * Math.log(b / samples) : 0);
}

/** ln of how well their own shares explain counts. */
export function ownLogLikelihood(counts: Float64Array, samples: number): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    const count = counts[bin]!;
    sum += count > 0 ? count * Math.log(count / samples) : 0;
  }
  return sum;
}
