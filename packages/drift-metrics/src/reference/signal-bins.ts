import { categoryText } from './category-text.ts';
import type { CategoricalSignal, NumericSignal, ReferenceSignal } from './reference-profile.ts';

/** Sorts the values of one signal into bins. The last two bins are always `other` and `missing`. */
export interface SignalBins {
  /** How many bins there are, `other` and `missing` included. */
  readonly length: number;
  /**
   * The bin of a value. Undefined, null, NaN and the empty text are `missing`; a category that the reference does not
   * know, a value of the wrong type or another value than a constant's is `other`. Never throws and allocates nothing for
   * values that the reference knows.
   */
  binOf(value: unknown): number;
  /** Names of the bins as labels: categories, or upper edges as Prometheus writes `le`, then `other`, `missing`. */
  readonly labels: readonly string[];
}

export function createSignalBins(signal: ReferenceSignal): SignalBins {
  if (signal.type === 'categorical') {
    return new CategoryBins(signal);
  }
  return signal.constant === undefined ? new NumberBins(signal) : new ConstantBins(signal.constant);
}

const LAST_LABELS = ['other', 'missing'];
const TAKEN_LABEL = /^"*(other|missing)"*$/;

class CategoryBins implements SignalBins {
  readonly length: number;
  readonly labels: readonly string[];
  readonly #bins = new Map<unknown, number>();

  constructor(signal: CategoricalSignal) {
    for (const [bin, category] of signal.categories.entries()) {
      this.#bins.set(category, bin);
      // What callers give for a class may be a number or a boolean: known so too, no text is made of it on every call.
      if (String(Number(category)) === category) {
        this.#bins.set(Number(category), bin);
      } else if (category === 'true' || category === 'false') {
        this.#bins.set(category === 'true', bin);
      }
    }
    this.length = signal.categories.length + 2;
    // A class that is itself called `other` must not share a series with the bin of unknown classes, nor one called
    // `"other"` with that.
    const label = (category: string): string => (TAKEN_LABEL.test(category) ? `"${category}"` : category);
    this.labels = [...signal.categories.map(label), ...LAST_LABELS];
  }

  binOf(value: unknown): number {
    const bin = this.#bins.get(value);
    return bin === undefined ? this.#unknownBin(value) : bin;
  }

  #unknownBin(value: unknown): number {
    if (value === undefined || value === null || value === '' || Number.isNaN(value)) {
      return this.length - 1;
    }
    return this.#bins.get(categoryText(value)) ?? this.length - 2;
  }
}

/**
 * Cells of equal width over the edges' range; each knows the first bin that begins in it. A search by halves mispredicts a
 * branch at every step and takes twice as long (simulations/observe-cost.ts).
 */
const CELLS = 256;

class NumberBins implements SignalBins {
  readonly length: number;
  readonly labels: readonly string[];
  readonly #edges: Float64Array;
  readonly #bounded: boolean;
  readonly #firstBins: Uint8Array = new Uint8Array(CELLS);
  readonly #origin: number;
  readonly #cellsPerUnit: number;

  constructor(signal: NumericSignal) {
    const { edges } = signal;
    this.#edges = Float64Array.from(edges);
    this.#bounded = signal.role === 'confidence';
    this.length = edges.length + 3;
    this.labels = [...edges.map(String), '+Inf', ...LAST_LABELS];
    this.#origin = edges[0] ?? 0;
    const cellsPerUnit = CELLS / ((edges.at(-1) ?? 0) - this.#origin);
    // One edge has no range, and one beyond what numbers hold is none to divide: all values then begin in the first cell.
    this.#cellsPerUnit = Number.isFinite(cellsPerUnit) ? cellsPerUnit : 0;
    for (let cell = 1; cell < CELLS && this.#cellsPerUnit > 0; cell += 1) {
      // From one cell below: rounding may put a value that lies at the border of a cell into the next.
      const lowest = this.#origin + (cell - 1) / this.#cellsPerUnit;
      this.#firstBins[cell] = Math.min(
        255,
        edges.findIndex((edge) => edge >= lowest),
      );
    }
  }

  binOf(value: unknown): number {
    if (typeof value !== 'number') {
      return binOfNoNumber(value, this.length);
    }
    const edges = this.#edges;
    const last = edges.length;
    if (value > this.#origin && value <= edges[last - 1]!) {
      const cell = ((value - this.#origin) * this.#cellsPerUnit) | 0;
      let bin = this.#firstBins[cell < CELLS ? cell : CELLS - 1]!;
      while (value > edges[bin]!) {
        bin += 1;
      }
      return this.#bounded && (value < 0 || value > 1) ? this.length - 2 : bin;
    }
    return this.#outerBin(value);
  }

  #outerBin(value: number): number {
    if (Number.isNaN(value)) {
      return this.length - 1;
    }
    if (this.#bounded && (value < 0 || value > 1)) {
      return this.length - 2;
    }
    return this.#edges.length === 0 || value <= this.#edges[0]! ? 0 : this.#edges.length;
  }
}

class ConstantBins implements SignalBins {
  readonly length = 3;
  readonly labels: readonly string[];
  readonly #constant: number;

  constructor(constant: number) {
    this.#constant = constant;
    this.labels = [String(constant), ...LAST_LABELS];
  }

  binOf(value: unknown): number {
    if (typeof value !== 'number') {
      return binOfNoNumber(value, 3);
    }
    return value === this.#constant ? 0 : Number.isNaN(value) ? 2 : 1;
  }
}

function binOfNoNumber(value: unknown, length: number): number {
  return value === undefined || value === null || value === '' ? length - 1 : length - 2;
}
