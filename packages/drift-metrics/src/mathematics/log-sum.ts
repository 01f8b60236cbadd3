/** ln(eᵃ + eᵇ) without overflow; minus infinity stands for 0. */
export function logAdd(a: number, b: number): number {
  if (a === -Infinity) {
    return b;
  }
  if (b === -Infinity) {
    return a;
  }
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}
