/** Different categories that are counted; one more is a sign that the column is an identifier or a text, not a class. */
const MOST_CATEGORIES_COUNTED = 10_000;

/** Counts categories in bounded memory. */
export interface CategoryCounts {
  add(category: string): void;
  /** The most frequent categories, at most `most`, in order of their text: the same data give the same profile. */
  mostFrequent(most: number): string[];
  /** Whether there were more categories than can be counted. */
  readonly overflowed: boolean;
}

export function createCategoryCounts(): CategoryCounts {
  const counts = new Map<string, number>();
  let overflowed = false;
  return {
    add(category: string): void {
      const count = counts.get(category);
      if (count === undefined && counts.size === MOST_CATEGORIES_COUNTED) {
        overflowed = true;
      } else {
        counts.set(category, (count ?? 0) + 1);
      }
    },
    mostFrequent(most: number): string[] {
      const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
      return byCount
        .slice(0, most)
        .map(([category]) => category)
        .sort();
    },
    get overflowed(): boolean {
      return overflowed;
    },
  };
}
