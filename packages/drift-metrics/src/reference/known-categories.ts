/** Up to so many categories are taken for a closed set, whose rare members are worth a bin even where they were seen once. */
const FEW_CATEGORIES = 20;
/** A fifth of what an alert takes by default. */
const TOLERATED_INDEX = 0.02;

/**
 * The categories that get a bin of their own, at most `most`, in order of their text; all others are `other`.
 *
 * They are chosen by the counts that they are then compared by. Of a long tail that favours what was frequent by chance:
 * live it is rarer, and what the reference happens not to have comes up, so that unchanged traffic looks changed. What
 * was seen r times and r − 1 times would be r N(r)/N in live traffic beyond what `other` had, N(r) being the categories
 * that were seen r times. So the least frequency of a category with a bin is the lowest for which the population
 * stability index of that is small.
 *
 * Source: I. Good, "The population frequencies of species and the estimation of population parameters", Biometrika 40
 * (1953).
 *
 * @param counts of each category
 * @param total all values, also of categories that were not counted
 */
export function knownCategories(counts: ReadonlyMap<string, number>, total: number, most: number): string[] {
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  const known = byCount.length > FEW_CATEGORIES ? Math.max(1, knownOf(byCount, total, most)) : most;
  return byCount
    .slice(0, known)
    .map(([category]) => category)
    .sort();
}

/** How many of the most frequent are known well enough. */
function knownOf(byCount: readonly (readonly [string, number])[], total: number, most: number): number {
  let known = byCount.length;
  let others = total - byCount.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  while (known > 0) {
    if (known <= most && hiddenIndex(others, hiddenOf(byCount, known, below + 1), total) <= TOLERATED_INDEX) {
      break;
    }
    // Those that are seen equally often stay together.
    below = byCount[known - 1]![1];
    for (; known > 0 && byCount[known - 1]![1] === below; known -= 1) {
      others += below;
    }
  }
  return known;
}

/** What only chance has put among the known, whose least frequency is r: r N(r), with N(r) as it is from r to r + √r. */
function hiddenOf(byCount: readonly (readonly [string, number])[], known: number, least: number): number {
  const spread = Math.sqrt(least);
  let near = 0;
  while (near < known && byCount[known - 1 - near]![1] < least + spread) {
    near += 1;
  }
  return near * spread;
}

/** The index of two bins, `other` and all else, where so many of `total` come to be `other`. */
function hiddenIndex(others: number, more: number, total: number): number {
  const q = (others + 0.5) / (total + 1);
  const p = Math.min((others + more + 0.5) / (total + 1), (total + 0.5) / (total + 1));
  return (p - q) * Math.log((p * (1 - q)) / (q * (1 - p)));
}
