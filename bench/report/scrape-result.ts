import type { ScrapedRounds } from '../measure/scrape-rounds.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import type { ScrapedLibraryName } from '../scraped/scraped-library.ts';
import type { Chart, Measurement, Requirement, Table } from '../scenario.ts';
import { decimals, milliseconds, times } from './units.ts';

const OURS: ScrapedLibraryName = 'inferometer';

/** @param first who the others are compared with */
export function scrapeTable(rounds: readonly ScrapedRounds[], who = 'library', first = 'ours'): Table {
  return {
    columns: [who, 'computed', 'fastest', 'answered after', 'main thread held', 'body', `times ${first}`],
    rows: rounds.map((row) => [
      row.label,
      milliseconds(median(row.cpuMs)),
      milliseconds(Math.min(...row.cpuMs)),
      milliseconds(median(row.durationMs)),
      milliseconds(median(row.longestTurnMs)),
      `${decimals(row.bodyBytes / 1024, 0)} KiB`,
      times(timesFirst(rounds, row)),
    ]),
  };
}

export function scrapeMeasurements(rounds: readonly ScrapedRounds[]): readonly Measurement[] {
  return rounds.map((row) => ({
    library: row.label,
    values: {
      timesOurs: timesFirst(rounds, row),
      bodyBytes: row.bodyBytes,
      cpuMs: row.cpuMs,
      durationMs: row.durationMs,
      longestTurnMs: row.longestTurnMs,
    },
  }));
}

/** How many times less ours computes, library by library. */
export function scrapeRequirements(
  rounds: readonly ScrapedRounds[],
  minimums: Readonly<Partial<Record<ScrapedLibraryName, number>>>,
): readonly Requirement[] {
  return rounds.flatMap((row): Requirement[] => {
    const minimum = minimums[row.library];
    const ratio = timesFirst(rounds, row);
    return minimum === undefined
      ? []
      : [
          {
            text: `${minimum} times less computing than ${row.label}`,
            measured: `${times(ratio)} less`,
            met: ratio >= minimum,
          },
        ];
  });
}

/** The median over the rounds: what a library does holds the thread in each of them, what others do only in some. */
export function stallRequirement(rounds: readonly ScrapedRounds[], limitMs: number): Requirement {
  const held = median(rounds.find(({ library }) => library === OURS)!.longestTurnMs);
  return {
    text: `the main thread held for less than ${limitMs} ms while its observer has a thread`,
    measured: milliseconds(held),
    met: held < limitMs,
  };
}

export function scrapeChart(rounds: readonly ScrapedRounds[], title: string): Chart {
  return {
    title,
    subtitle: 'milliseconds of processor time for a scrape, median; shorter is better',
    bars: rounds.map(({ library, label, cpuMs }) => ({
      label,
      value: median(cpuMs),
      text: milliseconds(median(cpuMs)),
      highlighted: library === OURS,
    })),
  };
}

function timesFirst(rounds: readonly ScrapedRounds[], { cpuMs }: ScrapedRounds): number {
  return medianRatio(cpuMs, rounds[0]!.cpuMs);
}
