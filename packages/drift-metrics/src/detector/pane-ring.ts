/** Numbers of a pane before its counts: when it began and ended (milliseconds since 1970), and what it weighs. */
const PANE_HEADER = 3;

/**
 * The latest panes of one model, oldest first, as numbers in one flat array that the owner provides: it can lie in shared
 * memory and outlives whoever fills it. A pane holds the counts of all signals, side by side.
 */
export class PaneRing {
  /** Panes that are kept at most. */
  readonly capacity: number;
  /** Counts in a pane. */
  readonly width: number;
  readonly #numbers: Float64Array;
  readonly #start: number;

  /** Numbers that a ring takes. */
  static lengthFor(capacity: number, width: number): number {
    return 1 + capacity * (PANE_HEADER + width);
  }

  /** @param start where in `numbers` the ring begins; what is there already is taken as its panes */
  constructor(numbers: Float64Array, start: number, capacity: number, width: number) {
    this.#numbers = numbers;
    this.#start = start;
    this.capacity = capacity;
    this.width = width;
  }

  /** The array that offsets of {@link countsAt} point into. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /** Panes that there ever were: the number of the next one. */
  get total(): number {
    return this.#numbers[this.#start]!;
  }

  /** Number of the oldest pane that is kept. */
  get first(): number {
    return Math.max(0, this.total - this.capacity);
  }

  /** Where the counts of a pane begin in {@link numbers}. */
  countsAt(pane: number): number {
    return this.#paneAt(pane) + PANE_HEADER;
  }

  startMs(pane: number): number {
    return this.#numbers[this.#paneAt(pane)]!;
  }

  endMs(pane: number): number {
    return this.#numbers[this.#paneAt(pane) + 1]!;
  }

  /** What a detector that starts with this pane weighs, in units of the shortest pane. */
  weight(pane: number): number {
    return this.#numbers[this.#paneAt(pane) + 2]!;
  }

  /** @param counts of the pane; copied */
  push(startMs: number, endMs: number, weight: number, counts: ArrayLike<number>): void {
    const at = this.#paneAt(this.total);
    this.#numbers[at] = startMs;
    this.#numbers[at + 1] = endMs;
    this.#numbers[at + 2] = weight;
    for (let index = 0; index < this.width; index += 1) {
      this.#numbers[at + PANE_HEADER + index] = counts[index]!;
    }
    this.#numbers[this.#start]! += 1;
  }

  clear(): void {
    this.#numbers[this.#start] = 0;
  }

  /** Adds the counts of panes from `firstPane` to the latest, of `length` bins from `offset`, to `sums`. */
  addTo(sums: Float64Array, firstPane: number, offset: number): void {
    for (let pane = Math.max(firstPane, this.first); pane < this.total; pane += 1) {
      const at = this.countsAt(pane) + offset;
      for (let bin = 0; bin < sums.length; bin += 1) {
        sums[bin]! += this.#numbers[at + bin]!;
      }
    }
  }

  #paneAt(pane: number): number {
    return this.#start + 1 + (pane % this.capacity) * (PANE_HEADER + this.width);
  }
}
