import type { PeerDetector } from './peer-detector.ts';

interface Bucket {
  readonly total: number;
  readonly variance: number;
}

/** A. Bifet and R. Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007; as River has it. */
export class Adwin implements PeerDetector {
  readonly #delta: number;
  /** Row i holds buckets of 2^i values, oldest first. */
  readonly #rows: Bucket[][] = [[]];
  #width = 0;
  #total = 0;
  #variance = 0;
  #ticks = 0;

  constructor(delta = 0.002) {
    this.#delta = delta;
  }

  update(value: number): boolean {
    this.#insert(value);
    this.#ticks += 1;
    let isChange = false;
    if (this.#ticks % 32 === 0 && this.#width > 10) {
      while (this.#shrinks()) {
        isChange = true;
      }
    }
    return isChange;
  }

  #insert(value: number): void {
    this.#rows[0]!.push({ total: value, variance: 0 });
    this.#width += 1;
    if (this.#width > 1) {
      const others = this.#width - 1;
      this.#variance += (others * (value - this.#total / others) ** 2) / this.#width;
    }
    this.#total += value;
    for (let row = 0; this.#rows[row]!.length === 6; row += 1) {
      const [a, b] = this.#rows[row]!.splice(0, 2) as [Bucket, Bucket];
      const size = 2 ** row;
      const between = (size / 2) * (a.total / size - b.total / size) ** 2;
      this.#rows[row + 1] ??= [];
      this.#rows[row + 1]!.push({ total: a.total + b.total, variance: a.variance + b.variance + between });
    }
  }

  #shrinks(): boolean {
    let oldSize = 0;
    let oldTotal = 0;
    let newSize = this.#width;
    let newTotal = this.#total;
    for (let row = this.#rows.length - 1; row >= 0; row -= 1) {
      for (const [index, bucket] of this.#rows[row]!.entries()) {
        oldSize += 2 ** row;
        newSize -= 2 ** row;
        oldTotal += bucket.total;
        newTotal -= bucket.total;
        if (row === 0 && index === this.#rows[0]!.length - 1) {
          return false;
        }
        if (newSize >= 5 && oldSize >= 5 && this.#isCut(oldSize, newSize, oldTotal / oldSize - newTotal / newSize)) {
          this.#deleteOldest();
          return true;
        }
      }
    }
    return false;
  }

  #isCut(oldSize: number, newSize: number, difference: number): boolean {
    const delta = Math.log((2 * Math.log(this.#width)) / this.#delta);
    const inverse = 1 / (oldSize - 4) + 1 / (newSize - 4);
    const variance = this.#variance / this.#width;
    return Math.abs(difference) > Math.sqrt(2 * inverse * variance * delta) + (2 / 3) * delta * inverse;
  }

  #deleteOldest(): void {
    const row = this.#rows.length - 1;
    const { total, variance } = this.#rows[row]!.shift()!;
    const size = 2 ** row;
    this.#width -= size;
    this.#total -= total;
    const difference = total / size - this.#total / this.#width;
    this.#variance -= variance + (size * this.#width * difference * difference) / (size + this.#width);
    if (this.#rows[row]!.length === 0 && row > 0) {
      this.#rows.pop();
    }
  }
}
