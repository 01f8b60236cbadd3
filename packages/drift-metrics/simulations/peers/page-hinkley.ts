import type { PeerDetector } from './peer-detector.ts';

/** E. Page, "Continuous inspection schemes", Biometrika 41 (1954); as River has it, for a mean that grows. */
export class PageHinkley implements PeerDetector {
  readonly #threshold: number;
  #count = 0;
  #mean = 0;
  #sum = 0;

  constructor(threshold = 50) {
    this.#threshold = threshold;
  }

  update(value: number): boolean {
    this.#count += 1;
    this.#mean += (value - this.#mean) / this.#count;
    this.#sum = Math.max(0, 0.9999 * this.#sum + (value - this.#mean - 0.005));
    return this.#count >= 30 && this.#sum > this.#threshold;
  }
}
