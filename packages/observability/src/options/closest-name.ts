/** A third of a name may be wrong, as in `promethues`; beyond that it is another word. */
const SHARE_OF_MISTAKES = 1 / 3;

/** Shortest beginning that stands for a whole name, as `interval` does for `intervalMs`. */
const MIN_PREFIX_LENGTH = 3;

/** Longer names are not compared: none of ours comes near, and comparing takes time that grows with the length. */
const MAX_COMPARED_LENGTH = 64;

/** The name in `names` that `given` was probably meant to be; `undefined` where none is near. Case does not matter. */
export function closestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > MAX_COMPARED_LENGTH) {
    return undefined;
  }
  let closest = names.find((name) => given.length >= MIN_PREFIX_LENGTH && name.startsWith(given));
  if (closest !== undefined) {
    return closest;
  }
  let fewest = Math.max(1, Math.floor(given.length * SHARE_OF_MISTAKES)) + 1;
  for (const name of names) {
    const mistakes = editDistance(given.toLowerCase(), name.toLowerCase());
    if (mistakes < fewest) {
      fewest = mistakes;
      closest = name;
    }
  }
  return closest;
}

/**
 * Optimal string alignment distance: how many insertions, deletions, replacements and swaps of neighbours turn `from`
 * into `to`, none of them within another. O(n * m) time and memory, on option names.
 */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= from.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let distance = Math.min(
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        cell(row - 1, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        distance = Math.min(distance, cell(row - 2, column - 2) + 1);
      }
      rows[row]?.push(distance);
    }
  }
  return cell(from.length, to.length);
}
