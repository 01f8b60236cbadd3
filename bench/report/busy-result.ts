import type { BusyScrapes } from '../measure/scrapes-of-busy-process.ts';
import { median } from '../measure/statistics.ts';
import { libraryNames } from '../peers/library.ts';
import type { Chart, Measurement, Requirement, Table } from '../scenario.ts';
import { milliseconds } from './units.ts';

/** What the project promises of a scrape while the main thread is blocked. */
const SLOWEST_MS = 250;

export function busyTable(runs: readonly BusyScrapes[]): Table {
  return {
    columns: ['library', 'answered meanwhile', 'slowest answer', 'median answer', 'counts told'],
    rows: runs.map((run) => [
      libraryNames[run.library],
      `${run.answeredMeanwhile} of ${run.statuses.length}`,
      milliseconds(Math.max(...run.durationsMs)),
      milliseconds(median(run.durationsMs)),
      `${run.counts[0]} … ${run.counts.at(-1)} of ${run.recorded}`,
    ]),
  };
}

export function busyMeasurements(runs: readonly BusyScrapes[]): Measurement[] {
  return runs.map(({ library, statuses, durationsMs, counts, answeredMeanwhile, recorded, busyMs }) => ({
    library: libraryNames[library],
    values: { statuses, durationsMs, counts, answeredMeanwhile, recorded, busyMs },
  }));
}

/** @param rising whether each scrape must tell of more than the one before, or only never of less */
export function busyRequirements(ours: BusyScrapes, rising: 'each' | 'never falling'): Requirement[] {
  const { statuses, durationsMs, counts, answeredMeanwhile } = ours;
  const slowest = Math.max(...durationsMs);
  const steps = counts.slice(1).map((count, place) => count - counts[place]!);
  const seenMeanwhile = counts.some((count) => count > 0 && count < ours.recorded);
  return [
    {
      text: `${statuses.length} scrapes meanwhile, all answered with 200`,
      measured: `${statuses.filter((status) => status === 200).length} with 200, ${answeredMeanwhile} meanwhile`,
      met: statuses.every((status) => status === 200) && answeredMeanwhile === statuses.length,
    },
    {
      text: `the slowest under ${SLOWEST_MS} ms`,
      measured: milliseconds(slowest),
      met: slowest < SLOWEST_MS,
    },
    {
      text:
        rising === 'each'
          ? 'the recordings of the block in the counts, more in each scrape'
          : 'the recordings of the runs in the counts while other runs go on',
      measured: counts.join(', '),
      met: seenMeanwhile && steps.every((step) => (rising === 'each' ? step > 0 : step >= 0)),
    },
  ];
}

export function busyChart(runs: readonly BusyScrapes[], title: string): Chart {
  return {
    title,
    subtitle: 'slowest of ten scrapes, in milliseconds; shorter is better',
    bars: runs.map((run) => {
      const slowest = Math.max(...run.durationsMs);
      return {
        label: libraryNames[run.library],
        value: slowest,
        text: milliseconds(slowest),
        highlighted: run.library === 'inferometer',
      };
    }),
  };
}
