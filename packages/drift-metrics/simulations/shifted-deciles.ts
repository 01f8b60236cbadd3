/** Upper edges of the tenths of the standard normal distribution. */
const DECILES = [
  -1.2815515655446004, -0.8416212335729143, -0.5244005127080407, -0.2533471031357997, 0, 0.2533471031357997,
  0.5244005127080407, 0.8416212335729143, 1.2815515655446004,
];

/**
 * Shares of the tenths of the standard normal distribution when its mean has moved by `shift`. Population stability
 * indices: 0.038 at 0.2, 0.086 at 0.3, 0.24 at 0.5, 0.93 at 1.
 */
export function shiftedDeciles(shift: number): number[] {
  if (shift === 0) {
    return Array.from({ length: 10 }, () => 0.1);
  }
  const below = [0, ...DECILES.map((edge) => normalBelow(edge - shift)), 1];
  return below.slice(1).map((share, bin) => share - below[bin]!);
}

/** Share of the standard normal distribution below x, to 1e-7. Source: Abramowitz & Stegun, 7.1.26. */
function normalBelow(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const tail =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-z * z);
  return x >= 0 ? 1 - tail / 2 : tail / 2;
}
