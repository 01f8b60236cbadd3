/**
 * The non-decreasing values that are nearest to `values` in weighted squares.
 *
 * Idea: walk from left to right and replace neighbours that fall by their weighted mean (pool adjacent violators), in
 * linear time. Values of weight 0 take the value of the pool to their left, or of the first pool.
 *
 * Source: M. Ayer et al., "An empirical distribution function for sampling with incomplete information", Annals of
 * Mathematical Statistics 26 (1955).
 *
 * @example `isotonicRegression([1, 3, 2], [1, 1, 1])` is `[1, 2.5, 2.5]`
 */
export function isotonicRegression(values: readonly number[], weights: readonly number[]): number[] {
  const pools: { mean: number; weight: number; length: number }[] = [];
  for (const [index, value] of values.entries()) {
    let pool = { mean: value, weight: weights[index] ?? 0, length: 1 };
    let previous = pools.at(-1);
    while (previous !== undefined && (previous.mean >= pool.mean || previous.weight === 0 || pool.weight === 0)) {
      const weight = previous.weight + pool.weight;
      pool = {
        mean: weight === 0 ? pool.mean : (previous.mean * previous.weight + pool.mean * pool.weight) / weight,
        weight,
        length: previous.length + pool.length,
      };
      pools.pop();
      previous = pools.at(-1);
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => Array.from({ length: pool.length }, () => pool.mean));
}
