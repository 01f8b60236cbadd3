/**
 * The exponential buckets that a histogram may have beside its own: 2^3 to each doubling, so that a quantile is off by 4.4%
 * at most. Prometheus calls the exponent schema, OpenTelemetry scale.
 */
export const GRID_SCALE = 3;

const BUCKETS_PER_DOUBLING = 2 ** GRID_SCALE;

/** In seconds a microsecond, below which nobody tells latencies apart. */
const LOWEST_EXPONENT = -20;

/** In seconds more than a year, which is the longest latency that is recorded. */
const HIGHEST_EXPONENT = 25;

/** What is not above it counts as zero. */
export const GRID_ZERO_THRESHOLD: number = 2 ** LOWEST_EXPONENT;

/** Index of the first bucket above zero, as OpenTelemetry counts: bucket i holds what is above base^i, up to base^(i+1). */
export const GRID_OFFSET: number = LOWEST_EXPONENT * BUCKETS_PER_DOUBLING;

/** How many counts there are: that of zero, those of the buckets, and one for what is above all of them. */
export const GRID_COUNTS: number = (HIGHEST_EXPONENT - LOWEST_EXPONENT) * BUCKETS_PER_DOUBLING + 2;

/**
 * A histogram that is counted by its own bounds and by the grid at once: its slots are divided by both, so that recording
 * is one addition as ever, and each of the two is an exact sum of slots of the same moment.
 */
export interface GriddedBounds {
  /** Those of the histogram and those of the grid, rising. */
  readonly slotBounds: readonly number[];
  /**
   * @param slots bucket counts and the sum
   * @param target as the slots of a histogram that has its own bounds only
   */
  foldToBounds(slots: Float64Array, target: Float64Array): void;
  /** @param target gets the {@link GRID_COUNTS} counts of the grid */
  foldToGrid(slots: Float64Array, target: Float64Array): void;
}

const griddedBounds = new WeakMap<readonly number[], GriddedBounds>();

/** @param bounds rising; the same array gives the same object */
export function gridded(bounds: readonly number[]): GriddedBounds {
  let known = griddedBounds.get(bounds);
  if (known === undefined) {
    known = divideByGrid(bounds);
    griddedBounds.set(bounds, known);
  }
  return known;
}

function divideByGrid(bounds: readonly number[]): GriddedBounds {
  const grid = gridBounds();
  const slotBounds = [...new Set([...bounds, ...grid])].sort((left, right) => left - right);
  const toBounds = bucketsWithin(slotBounds, bounds);
  const toGrid = bucketsWithin(slotBounds, grid);
  const sumIndex = slotBounds.length + 1;
  return {
    slotBounds,
    foldToBounds(slots, target): void {
      fold(slots, toBounds, target);
      target[bounds.length + 1] = slots[sumIndex]!;
    },
    foldToGrid(slots, target): void {
      fold(slots, toGrid, target);
    },
  };
}

function gridBounds(): number[] {
  const bounds: number[] = [];
  for (let exponent = LOWEST_EXPONENT; exponent < HIGHEST_EXPONENT; exponent++) {
    for (let step = 0; step < BUCKETS_PER_DOUBLING; step++) {
      // A multiplication by a power of two is exact: all doublings are divided alike.
      bounds.push(2 ** (step / BUCKETS_PER_DOUBLING) * 2 ** exponent);
    }
  }
  return [...bounds, 2 ** HIGHEST_EXPONENT];
}

/** In which bucket of `coarse` each bucket of `fine` lies, whose bounds have those of `coarse` among them. */
function bucketsWithin(fine: readonly number[], coarse: readonly number[]): Uint16Array {
  let target = 0;
  return Uint16Array.from([...fine, Infinity], (upperBound) => {
    while (target < coarse.length && coarse[target]! < upperBound) {
      target += 1;
    }
    return target;
  });
}

function fold(slots: Float64Array, buckets: Uint16Array, target: Float64Array): void {
  target.fill(0);
  for (let bucket = 0; bucket < buckets.length; bucket++) {
    target[buckets[bucket]!]! += slots[bucket]!;
  }
}
