import type { PeerDetector } from './peer-detector.ts';

/** DDM: J. Gama et al., "Learning with drift detection", SBIA 2004; as River has it, for errors of 0 and 1. */
export class DriftDetectionMethod implements PeerDetector {
  readonly #deviations: number;
  #count = 0;
  #mean = 0;
  #least = Infinity;
  #meanAtLeast = 0;
  #deviationAtLeast = 0;

  constructor(deviations = 3) {
    this.#deviations = deviations;
  }

  update(value: number): boolean {
    this.#count += 1;
    this.#mean += (value - this.#mean) / this.#count;
    if (this.#count <= 30) {
      return false;
    }
    const deviation = Math.sqrt((this.#mean * (1 - this.#mean)) / this.#count);
    if (this.#mean + deviation < this.#least) {
      this.#least = this.#mean + deviation;
      this.#meanAtLeast = this.#mean;
      this.#deviationAtLeast = deviation;
    }
    return this.#mean + deviation > this.#meanAtLeast + this.#deviations * this.#deviationAtLeast;
  }
}
