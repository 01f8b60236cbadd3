/**
 * Counts of a histogram with bounds `from`, laid out for bounds `to`: each bucket's count goes where its upper bound
 * falls, so the total stays and no observation is counted as smaller than it was.
 *
 * @param values bucket counts and the sum, as in the slots of a series
 */
export function rebucket(values: Float64Array, from: readonly number[], to: readonly number[]): Float64Array {
  const result = new Float64Array(to.length + 2);
  let target = 0;
  for (let bucket = 0; bucket <= from.length; bucket++) {
    const upperBound = from[bucket] ?? Number.POSITIVE_INFINITY;
    while (target < to.length && (to[target] as number) < upperBound) {
      target += 1;
    }
    result[target] = (result[target] as number) + (values[bucket] as number);
  }
  result[to.length + 1] = values[from.length + 1] as number;
  return result;
}

export function sameBounds(left: readonly number[] | undefined, right: readonly number[] | undefined): boolean {
  if (left === right) {
    return true;
  }
  if (left === undefined || right === undefined || left.length !== right.length) {
    return false;
  }
  return left.every((bound, position) => bound === right[position]);
}
