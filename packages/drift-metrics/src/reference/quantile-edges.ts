/**
 * Upper edges of bins that hold about equal numbers of the values, for at most `bins` bins; bin k is (edge k−1, edge k].
 *
 * Each edge is a value that occurs: the ⌈i·N/bins⌉-th smallest. Where few different values occur (no more than `bins`),
 * each is an edge, so that each has its bin and values above all of them have one too. Repeated values give fewer bins.
 *
 * @param sorted ascending, no NaN, at least one value
 */
export function quantileEdges(sorted: ArrayLike<number>, bins: number): number[] {
  const distinct = distinctValues(sorted, bins);
  if (distinct !== undefined) {
    return distinct.filter((value) => Number.isFinite(value));
  }
  const largest = sorted[sorted.length - 1]!;
  const edges: number[] = [];
  for (let index = 1; index < bins; index += 1) {
    const edge = sorted[Math.ceil((index * sorted.length) / bins) - 1]!;
    if (Number.isFinite(edge) && edge < largest && edge > (edges.at(-1) ?? -Infinity)) {
      // -0 would be written as 0 to JSON, and the hash would differ when it is read again.
      edges.push(edge === 0 ? 0 : edge);
    }
  }
  return edges;
}

/** The different values of `sorted`, or undefined where there are more than `most`. */
function distinctValues(sorted: ArrayLike<number>, most: number): number[] | undefined {
  const values: number[] = [];
  for (let index = 0; index < sorted.length; index += 1) {
    // -0 and 0 are one value.
    const value = sorted[index]! + 0;
    if (value !== values.at(-1)) {
      if (values.length === most) {
        return undefined;
      }
      values.push(value);
    }
  }
  return values;
}
