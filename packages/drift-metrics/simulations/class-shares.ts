/** Shares of classes that are all equally frequent. */
export function equalShares(classes: number): number[] {
  return Array.from({ length: classes }, () => 1 / classes);
}

/** Shares in proportion to 1/rank (Zipf): many rare classes, of which a small reference has none. */
export function sharesByRank(classes: number): number[] {
  const weights = Array.from({ length: classes }, (_, index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
