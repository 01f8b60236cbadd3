import type { PeerDetector } from './peer-detector.ts';
import { PythonRandom } from './python-random.ts';

const WINDOW = 100;
const LATEST = 30;

/**
 * KSWIN: C. Raab, M. Heusinger and F.-M. Schleif, "Reactive soft prototype computing for concept drift streams",
 * Neurocomputing 416 (2020); as River has it: the latest 30 values against 30 of the 70 before, Kolmogorov-Smirnov.
 */
export class KolmogorovSmirnovWindowing implements PeerDetector {
  readonly #leastGap: number;
  readonly #random: PythonRandom;
  #window: number[] = [];

  /** @param alpha at which probability a gap is a change; all gaps are multiples of 1/30 */
  constructor(alpha = 0.005, seed = 42) {
    this.#random = new PythonRandom(seed);
    let gap = 4;
    while (gap < LATEST && probabilityOfGap(gap) > alpha) {
      gap += 1;
    }
    this.#leastGap = gap;
  }

  update(value: number): boolean {
    this.#window.push(value);
    if (this.#window.length > WINDOW) {
      this.#window.shift();
    }
    if (this.#window.length < WINDOW) {
      return false;
    }
    const latest = this.#window.slice(-LATEST);
    const earlier = this.#random.sample(this.#window.slice(0, -LATEST), LATEST);
    if (largestGap(earlier, latest) < this.#leastGap) {
      return false;
    }
    this.#window = latest;
    return true;
  }
}

function largestGap(a: number[], b: number[]): number {
  a.sort((x, y) => x - y);
  const sorted = b.toSorted((x, y) => x - y);
  let [first, second, largest] = [0, 0, 0];
  while (first < a.length && second < sorted.length) {
    const value = Math.min(a[first]!, sorted[second]!);
    while (a[first] === value) {
      first += 1;
    }
    while (sorted[second] === value) {
      second += 1;
    }
    largest = Math.max(largest, Math.abs(first - second));
  }
  return largest;
}

/** Exactly: of all orders of 30 and 30 values, the share in which the gap gets this large (paths that leave a corridor). */
function probabilityOfGap(gap: number): number {
  let inside = new Float64Array(LATEST + 1);
  for (let i = 0; i <= LATEST; i += 1) {
    const next = new Float64Array(LATEST + 1);
    for (let j = 0; j <= LATEST; j += 1) {
      const isInside = Math.abs(i - j) < gap;
      next[j] = isInside ? (i === 0 && j === 0 ? 1 : (i > 0 ? inside[j]! : 0) + (j > 0 ? next[j - 1]! : 0)) : 0;
    }
    inside = next;
  }
  let all = 1;
  for (let i = 1; i <= LATEST; i += 1) {
    all *= (LATEST + i) / i;
  }
  return 1 - inside[LATEST]! / all;
}
