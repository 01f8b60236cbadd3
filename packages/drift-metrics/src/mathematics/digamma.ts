/** From here on the series below is exact to 1e-11. */
const SERIES_FROM = 10;

/**
 * Derivative of the logarithm of the gamma function, for `x > 0`.
 *
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 6.3.18, with smaller arguments shifted by 6.3.5.
 */
export function digamma(x: number): number {
  let shifted = x;
  let shift = 0;
  while (shifted < SERIES_FROM) {
    shift += 1 / shifted;
    shifted += 1;
  }
  const square = 1 / (shifted * shifted);
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)));
  return Math.log(shifted) - 0.5 / shifted - series - shift;
}
