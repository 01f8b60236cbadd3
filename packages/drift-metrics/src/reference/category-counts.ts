import { knownCategories } from './known-categories.ts';

/** Different categories that are counted; one more is a sign that the column is an identifier or a text, not a class. */
const MOST_CATEGORIES_COUNTED = 10_000;

/** Counts categories in bounded memory. */
export interface CategoryCounts {
  add(category: string): void;
  /** The categories that get bins, see {@link knownCategories}: the same data give the same profile. */
  known(most: number): string[];
  /** Whether there were more categories than can be counted. */
  readonly overflowed: boolean;
}

export function createCategoryCounts(): CategoryCounts {
  const counts = new Map<string, number>();
  let overflowed = false;
  let total = 0;
  return {
    add(category: string): void {
      total += 1;
      const count = counts.get(category);
      if (count === undefined && counts.size === MOST_CATEGORIES_COUNTED) {
        overflowed = true;
      } else {
        counts.set(category, (count ?? 0) + 1);
      }
    },
    known(most: number): string[] {
      return knownCategories(counts, total, most);
    },
    get overflowed(): boolean {
      return overflowed;
    },
  };
}
