import { logGamma } from '../mathematics/log-gamma.ts';
import { SMOOTHING, totalOf, type Counts } from '../divergences/smoothed-shares.ts';
import type { Evidence } from './evidence.ts';
import { ownLogLikelihood, toleratedLoss } from './tolerated-shares.ts';

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
 * as far as its m samples tell, give or take the tolerance"?
 *
 * Formula: E = ⅓ Σ_A 𝔅(A q̂ + c)/𝔅(A q̂) ÷ D, A ∈ {10, 100, 1000}, with the multivariate beta 𝔅, the reference's counts r and
 * q̂ = (r + ½)/(m + ½K). Without a tolerance D = 𝔅(r + ½ + c)/𝔅(r + ½): shares that are known as well as m samples can tell
 * (Dirichlet-multinomial, Pólya). With a tolerance ε it is the best explanation by any shares that are at most 1 + ε
 * times those of the reference, and those again any that explain its samples, see {@link toleratedLoss}.
 *
 * Domain: counts ≥ 0 in the bins of the reference. The mean of E is at most 1 on average over Jeffreys' prior of what the
 * reference's true shares are; not for each of them, and with a tolerance up to the width of the posterior, which the
 * maximum stands for. simulations/false-alarms.ts measures what becomes of it. The bound (1 + ε)ⁿ 𝔅(r + ½ + c)/𝔅(r + ½) is
 * simpler and also holds, but takes three times the samples to see a population stability index of 0.24.
 *
 * Source: M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022 (arXiv 2011.03567);
 * L. Wasserman, A. Ramdas and S. Balakrishnan, "Universal inference", PNAS 117 (2020), for the maximum; the finite
 * reference is an addition.
 *
 * @param reference counts of the reference
 * @param tolerance ε, from 0: relative growth of a bin's share that is no drift
 */
export function createShareEvidence(reference: Counts, tolerance: number): Evidence {
  return new DirichletEvidence(reference, tolerance);
}

class DirichletEvidence implements Evidence {
  readonly length: number;
  readonly #tolerance: number;
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
  /** Smoothed counts of the reference, and a workspace. */
  readonly #smoothed: Float64Array;
  readonly #isLimited: Uint8Array;
  #samples = 0;

  constructor(reference: Counts, tolerance: number) {
    const bins = reference.length;
    const total = totalOf(reference) + SMOOTHING * bins;
    this.length = bins;
    this.#tolerance = tolerance;
    this.#parameters = new Float64Array(bins * TERMS);
    for (let bin = 0; bin < bins; bin += 1) {
      const smoothed = reference[bin]! + SMOOTHING;
      for (const [index, concentration] of CONCENTRATIONS.entries()) {
        this.#parameters[bin * TERMS + index] = (concentration * smoothed) / total;
      }
      this.#parameters[bin * TERMS + NULL_TERM] = smoothed;
    }
    this.#smoothed = Float64Array.from({ length: bins }, (_, bin) => reference[bin]! + SMOOTHING);
    this.#isLimited = new Uint8Array(bins);
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

  /** No alternative explains the counts better than their own shares do. */
  logBound(): number {
    return this.#tolerance === 0 ? Infinity : this.#loss();
  }

  #loss(): number {
    return toleratedLoss(this.#smoothed, this.#counts, this.#tolerance, this.#isLimited);
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
    const logNull =
      this.#tolerance === 0 ? likelihoods[NULL_TERM]! : ownLogLikelihood(this.#counts, samples) - this.#loss();
    return largest + Math.log(mean) - logNull;
  }
}
