/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The median of `numerators[i] / denominators[i]`. Both were measured one right after the other, so what slowed the
 * machine down slowed down both, and the ratio of a pair holds where the two medians may come from different moments.
 */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): number {
  return median(numerators.map((numerator, place) => numerator / denominators[place]!));
}

/** How far the middle half of the values spreads, as a share of their median. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)]!;
  return (at(0.75) - at(0.25)) / median(values);
}
