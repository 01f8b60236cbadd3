import { logGamma } from './log-gamma.ts';

/** Terms stop here: both expansions have converged long before for the sizes that bins give. */
const MOST_TERMS = 10_000;
/** A few ulp below 1. */
const PRECISION = 1e-16;

/**
 * Q(a, x) = Γ(a, x) / Γ(a), the upper tail of the gamma distribution, for a > 0 and x ≥ 0.
 *
 * A series below x = a + 1, a continued fraction (Lentz) above. Source: NIST Digital Library of Mathematical Functions,
 * 8.11.4 and 8.9.2.
 */
export function upperGammaRatio(a: number, x: number): number {
  if (x <= 0) {
    return 1;
  }
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let index = 1; index < MOST_TERMS && term > sum * PRECISION; index += 1) {
    term *= x / (a + index);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let index = 1; index < MOST_TERMS; index += 1) {
    const numerator = -index * (index - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < PRECISION * 4) {
      break;
    }
  }
  return fraction;
}
