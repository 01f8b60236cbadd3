const LEVELS = '▁▂▃▄▅▆▇█';

/** The latest `width` values as one line of blocks, from 0 to `top` or the largest; a gap where a value is not known. */
export function sparkline(values: readonly (number | undefined)[], width: number, top: number): string {
  const latest = values.slice(-width);
  const highest = Math.max(top, ...latest.map((value) => value ?? 0));
  const blocks = latest.map((value) =>
    value === undefined
      ? ' '
      : LEVELS.charAt(Math.min(LEVELS.length - 1, Math.floor((Math.max(0, value) / highest) * LEVELS.length))),
  );
  return blocks.join('').padStart(width);
}
