import { logGamma } from '../src/mathematics/log-gamma.ts';
import type { RandomNumber } from '../src/mathematics/seeded-random.ts';

/** Below this mean, walking up from 0 is the faster way. */
const INVERSION_BELOW = 10;

/**
 * A binomial number: inversion for small means, else transformed rejection (W. Hörmann, "The generation of binomial random
 * variates", J. Statistical Computation and Simulation 46 (1993), BTRS).
 */
export function binomial(random: RandomNumber, trials: number, share: number): number {
  if (trials === 0 || share <= 0) {
    return 0;
  }
  if (share > 0.5) {
    return trials - binomial(random, trials, 1 - share);
  }
  return trials * share < INVERSION_BELOW
    ? binomialByInversion(random, trials, share)
    : binomialByRejection(random, trials, share);
}

function binomialByInversion(random: RandomNumber, trials: number, share: number): number {
  const odds = share / (1 - share);
  let probability = Math.exp(trials * Math.log1p(-share));
  let left = random();
  let count = 0;
  while (left > probability && count < trials) {
    left -= probability;
    count += 1;
    probability *= (odds * (trials - count + 1)) / count;
  }
  return count;
}

function binomialByRejection(random: RandomNumber, trials: number, share: number): number {
  const spread = Math.sqrt(trials * share * (1 - share));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * share;
  const center = trials * share + 0.5;
  const v0 = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(share / (1 - share));
  const mode = Math.floor((trials + 1) * share);
  const atMode = logGamma(mode + 1) + logGamma(trials - mode + 1);
  for (;;) {
    const u = random() - 0.5;
    let v = random();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + center);
    if (us >= 0.07 && v <= v0) {
      return count;
    }
    if (count >= 0 && count <= trials) {
      v = Math.log((v * alpha) / (a / (us * us) + b));
      if (v <= atMode - logGamma(count + 1) - logGamma(trials - count + 1) + (count - mode) * logOdds) {
        return count;
      }
    }
  }
}

/** Counts of `trials` draws; written to `counts`. */
export function multinomial(
  random: RandomNumber,
  trials: number,
  shares: readonly number[],
  counts: Float64Array,
): Float64Array {
  let left = trials;
  let shareLeft = 1;
  for (let bin = 0; bin < shares.length; bin += 1) {
    const share = shareLeft <= 0 ? 1 : Math.min(1, shares[bin]! / shareLeft);
    const count = bin === shares.length - 1 ? left : binomial(random, left, share);
    counts[bin] = count;
    left -= count;
    shareLeft -= shares[bin]!;
  }
  return counts;
}
