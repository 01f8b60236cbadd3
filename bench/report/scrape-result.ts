import type { ScrapedRounds } from '../measure/scrape-rounds.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import { type ScrapedLibraryName, scrapedNames } from '../scraped/scraped-library.ts';
import type { Chart, Measurement, Requirement, Table } from '../scenario.ts';
import { decimals, milliseconds, times } from './units.ts';

const OURS: ScrapedLibraryName = 'inferometer';

export function scrapeTable(rounds: readonly ScrapedRounds[]): Table {
  return {
    columns: ['library', 'computed', 'fastest', 'answered after', 'main thread held', 'body', 'times ours'],
    rows: rounds.map((row) => [
      scrapedNames[row.library],
      milliseconds(median(row.cpuMs)),
      milliseconds(Math.min(...row.cpuMs)),
      milliseconds(median(row.durationMs)),
      milliseconds(median(row.longestTurnMs)),
      `${decimals(row.bodyBytes / 1024, 0)} KiB`,
      times(timesOurs(rounds, row.library)),
    ]),
  };
}

export function scrapeMeasurements(rounds: readonly ScrapedRounds[]): readonly Measurement[] {
  return rounds.map(({ library, cpuMs, durationMs, longestTurnMs, bodyBytes }) => ({
    library: scrapedNames[library],
    values: { timesOurs: timesOurs(rounds, library), bodyBytes, cpuMs, durationMs, longestTurnMs },
  }));
}

/** How many times less ours computes, library by library. */
export function scrapeRequirements(
  rounds: readonly ScrapedRounds[],
  minimums: Readonly<Partial<Record<ScrapedLibraryName, number>>>,
): readonly Requirement[] {
  return rounds.flatMap(({ library }): Requirement[] => {
    const minimum = minimums[library];
    const ratio = timesOurs(rounds, library);
    return minimum === undefined
      ? []
      : [
          {
            text: `${minimum} times less computing than ${scrapedNames[library]}`,
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
    bars: rounds.map(({ library, cpuMs }) => ({
      label: scrapedNames[library],
      value: median(cpuMs),
      text: milliseconds(median(cpuMs)),
      highlighted: library === OURS,
    })),
  };
}

function timesOurs(rounds: readonly ScrapedRounds[], library: ScrapedLibraryName): number {
  const cpuMsOf = (name: ScrapedLibraryName): readonly number[] => rounds.find((row) => row.library === name)!.cpuMs;
  return medianRatio(cpuMsOf(library), cpuMsOf(OURS));
}
