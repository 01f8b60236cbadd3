import { digamma } from '../mathematics/digamma.ts';
import { logGamma } from '../mathematics/log-gamma.ts';
import { SMOOTHING, totalOf, type Counts } from '../divergences/smoothed-shares.ts';
import type { Evidence } from './evidence.ts';

/**
 * How near to the reference the alternatives are: Dirichlet distributions around its shares, as narrow as this many
 * samples would make them. 10 expects upheaval, 1000 a small shift; their mean does without a guess.
 */
const CONCENTRATIONS = [10, 100, 1000] as const;
/** The alternatives and the null side by side. */
const TERMS = CONCENTRATIONS.length + 1;
const NULL_TERM = CONCENTRATIONS.length;

/**
 * Evidence that shares of bins have changed.
 *
 * Idea: how much better does "the shares are others, unknown ones" explain the counts c than "they are the reference's,
 * as far as its m samples tell"? Both are mixtures over unknown shares, so both are Dirichlet-multinomial (Pólya).
 *
 * Formula: E = ⅓ Σ_A 𝔅(A q̂ + c)/𝔅(A q̂) ÷ [(1 + ε)ⁿ 𝔅(r + ½ + c)/𝔅(r + ½)], A ∈ {10, 100, 1000}, with the multivariate
 * beta 𝔅, the reference's counts r, q̂ = (r + ½)/(m + ½K), and n = Σc. The factor (1 + ε)ⁿ is the tolerance: where every
 * share stays below 1 + ε times its reference, also if it moves all the time, the mean of E is at most 1, since
 * Σ pₖ fₖ/((1 + ε) qₖ) ≤ Σ fₖ = 1.
 *
 * Domain: counts ≥ 0 in the bins of the reference. With the exact shares in place of the Pólya null E would be a
 * martingale; with it the bound holds on average over Jeffreys' prior of what the reference's true shares are.
 *
 * Source: M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022 (arXiv 2011.03567);
 * the finite reference and the tolerance are additions.
 *
 * @param reference counts of the reference
 * @param tolerance ε, from 0: relative growth of a bin's share that is no drift
 */
export function createShareEvidence(reference: Counts, tolerance: number): Evidence {
  return new DirichletEvidence(reference, tolerance);
}

class DirichletEvidence implements Evidence {
  readonly length: number;
  readonly #logTolerance: number;
  /** The parameters of each bin, alternatives and null side by side, and the sums of each over the bins. */
  readonly #parameters: Float64Array;
  readonly #totals: Float64Array;
  /** Their logGamma: without counts, and with the counts in `#evaluated`. */
  readonly #emptyTerms: Float64Array;
  readonly #emptyTotals: Float64Array;
  readonly #terms: Float64Array;
  readonly #counts: Float64Array;
  readonly #evaluated: Float64Array;
  /** Of each mixture, the sum over the bins of what the counts added to their terms. */
  readonly #sums: Float64Array = new Float64Array(TERMS);
  readonly #likelihoods: Float64Array = new Float64Array(TERMS);
  /** e^-gₖ of `logBound`. */
  readonly #inverseShares: Float64Array;
  #samples = 0;

  constructor(reference: Counts, tolerance: number) {
    const bins = reference.length;
    const total = totalOf(reference) + SMOOTHING * bins;
    this.length = bins;
    this.#logTolerance = Math.log1p(tolerance);
    this.#parameters = new Float64Array(bins * TERMS);
    for (let bin = 0; bin < bins; bin += 1) {
      const smoothed = reference[bin]! + SMOOTHING;
      for (const [index, concentration] of CONCENTRATIONS.entries()) {
        this.#parameters[bin * TERMS + index] = (concentration * smoothed) / total;
      }
      this.#parameters[bin * TERMS + NULL_TERM] = smoothed;
    }
    this.#inverseShares = Float64Array.from({ length: bins }, (_, bin) =>
      Math.exp(digamma(total) - digamma(reference[bin]! + SMOOTHING)),
    );
    this.#totals = Float64Array.from([...CONCENTRATIONS, total]);
    this.#emptyTerms = this.#parameters.map(logGamma);
    this.#emptyTotals = this.#totals.map(logGamma);
    this.#terms = Float64Array.from(this.#emptyTerms);
    this.#counts = new Float64Array(bins);
    this.#evaluated = new Float64Array(bins);
  }

  reset(): void {
    this.#terms.set(this.#emptyTerms);
    this.#counts.fill(0);
    this.#evaluated.fill(0);
    this.#sums.fill(0);
    this.#samples = 0;
  }

  add(numbers: Float64Array, offset: number): void {
    const counts = this.#counts;
    for (let bin = 0; bin < counts.length; bin += 1) {
      counts[bin]! += numbers[offset + bin]!;
    }
  }

  logValue(): number {
    const counts = this.#counts;
    const evaluated = this.#evaluated;
    const parameters = this.#parameters;
    const terms = this.#terms;
    const sums = this.#sums;
    for (let bin = 0; bin < counts.length; bin += 1) {
      const count = counts[bin]!;
      // A bin that got nothing keeps its terms: in small panes most bins do.
      if (count !== evaluated[bin]) {
        this.#samples += count - evaluated[bin]!;
        evaluated[bin] = count;
        for (let index = 0, at = bin * TERMS; index < TERMS; index += 1, at += 1) {
          const term = logGamma(parameters[at]! + count);
          sums[index]! += term - terms[at]!;
          terms[at] = term;
        }
      }
    }
    return this.#logRatio();
  }

  /**
   * No alternative explains the counts better than their own shares p do, and the null explains them no worse than Σ cₖ gₖ,
   * with gₖ the mean of ln qₖ (Jensen). So ln E ≤ n Σ pₖ ln(pₖ/e^gₖ) − n ln(1 + ε) ≤ n (Σ pₖ²/e^gₖ − 1) − n ln(1 + ε).
   */
  logBound(): number {
    const counts = this.#counts;
    const inverseShares = this.#inverseShares;
    let samples = 0;
    let squares = 0;
    for (let bin = 0; bin < counts.length; bin += 1) {
      const count = counts[bin]!;
      samples += count;
      squares += count * count * inverseShares[bin]!;
    }
    return samples === 0 ? 0 : squares / samples - samples * (1 + this.#logTolerance);
  }

  #logRatio(): number {
    const samples = this.#samples;
    const likelihoods = this.#likelihoods;
    let largest = -Infinity;
    for (let index = 0; index < TERMS; index += 1) {
      const likelihood = this.#sums[index]! - (logGamma(this.#totals[index]! + samples) - this.#emptyTotals[index]!);
      likelihoods[index] = likelihood;
      largest = index < NULL_TERM && likelihood > largest ? likelihood : largest;
    }
    let mean = 0;
    for (let index = 0; index < NULL_TERM; index += 1) {
      mean += Math.exp(likelihoods[index]! - largest) / NULL_TERM;
    }
    return largest + Math.log(mean) - likelihoods[NULL_TERM]! - samples * this.#logTolerance;
  }
}
