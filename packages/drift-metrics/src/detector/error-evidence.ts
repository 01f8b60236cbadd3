import type { Evidence } from './evidence.ts';

/** Which part of the right predictions the bets say turns wrong: from hardly any to most. */
const BETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64] as const;
/** Points and reach, in standard deviations, of the grid over what the reference's true error rate may be. */
const NULL_POINTS = 33;
const NULL_REACH = 5;
/** Rates stay away from 0 and 1, so that no single outcome is impossible. */
const LEAST_RATE = 1e-9;

/**
 * Evidence that a model errs more often than on its reference; that it errs less often is none. A pane is two counts:
 * right and wrong predictions.
 *
 * Idea: bet on errors. A gambler who stakes the share λ at fair odds on "the next label is wrong" cannot grow rich while
 * the error rate is at most μ₀: the stake grows by 1 + λ(x/μ₀ − 1) with x = 1 for an error, else 0. That is the ratio of
 * two likelihoods, of the error rate μ = μ₀ + λ(1 − μ₀) and of μ₀.
 *
 * Formula: E = mean_λ μ_λ^e (1 − μ_λ)^(n−e) ÷ Σᵢ ωᵢ μᵢ^e (1 − μᵢ)^(n−e), with e errors in n labels. The denominator is the
 * null for a finite reference: μᵢ = (1 + ε) qᵢ on a grid of true error rates qᵢ, ωᵢ Jeffreys' posterior of them, ε the
 * tolerance. Domain: counts ≥ 0.
 *
 * Source: A. Podkopaev and A. Ramdas, "Tracking the risk of a deployed model and detecting harmful distribution shifts",
 * ICLR 2022 (arXiv 2110.06177); the null for a finite reference is an addition.
 *
 * @param labelled labelled samples of the reference, at least 1
 * @param correct how many of them were right
 * @param tolerance ε, from 0: relative growth of the error rate that is no drift
 */
export function createErrorEvidence(labelled: number, correct: number, tolerance: number): Evidence {
  return new BettingEvidence(labelled, correct, tolerance);
}

/** A grid of Bernoulli likelihoods: rates as logarithms, of errors and of the opposite, and logarithms of weights. */
interface Mixture {
  readonly error: readonly number[];
  readonly success: readonly number[];
  readonly weight: readonly number[];
}

class BettingEvidence implements Evidence {
  readonly length = 2;
  readonly #bets: Mixture;
  readonly #null: Mixture;
  #right = 0;
  #wrong = 0;

  constructor(labelled: number, correct: number, tolerance: number) {
    const wrong = labelled - correct + 0.5;
    const right = correct + 0.5;
    const tolerated = (rate: number): number => Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, rate * (1 + tolerance)));
    // In logits the posterior is near a normal distribution, and the grid cannot leave 0 to 1.
    const center = Math.log(wrong / right);
    const spread = Math.sqrt(1 / wrong + 1 / right);
    const rates = Array.from({ length: NULL_POINTS }, (_, index) => {
      const logit = center + spread * NULL_REACH * ((2 * index) / (NULL_POINTS - 1) - 1);
      return 1 / (1 + Math.exp(-logit));
    });
    const density = rates.map((rate) => wrong * Math.log(rate) + right * Math.log1p(-rate));
    const largest = Math.max(...density);
    const total = density.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    const weights = density.map((value) => value - largest - Math.log(total));
    this.#null = mixture(rates.map(tolerated), weights);
    const base = tolerated(wrong / (wrong + right));
    this.#bets = mixture(
      BETS.map((share) => Math.min(1 - LEAST_RATE, base + share * (1 - base))),
      BETS.map(() => -Math.log(BETS.length)),
    );
  }

  reset(): void {
    this.#right = 0;
    this.#wrong = 0;
  }

  add(numbers: Float64Array, offset: number): void {
    this.#right += numbers[offset]!;
    this.#wrong += numbers[offset + 1]!;
  }

  logValue(): number {
    return this.#logLikelihood(this.#bets) - this.#logLikelihood(this.#null);
  }

  logBound(): number {
    return Infinity;
  }

  #logLikelihood({ error, success, weight }: Mixture): number {
    let largest = -Infinity;
    const term = (index: number): number =>
      this.#wrong * error[index]! + this.#right * success[index]! + weight[index]!;
    for (let index = 0; index < error.length; index += 1) {
      largest = Math.max(largest, term(index));
    }
    let sum = 0;
    for (let index = 0; index < error.length; index += 1) {
      sum += Math.exp(term(index) - largest);
    }
    return largest + Math.log(sum);
  }
}

function mixture(rates: readonly number[], weight: readonly number[]): Mixture {
  return { error: rates.map(Math.log), success: rates.map((rate) => Math.log1p(-rate)), weight };
}
