import { readFileSync } from 'node:fs';
import { tableRows } from '../resumed-table.ts';
import { figure, type Point } from './figure.ts';

const ASKED = 100;
const MOST = 1_000_000;

/** Every measured setting: how long it was between false alarms, where 100 panes were asked for. */
export function falseAlarmPicture(): string {
  const strict = results('false-alarms.md');
  const tolerant = results('false-alarms-at-tolerance.md');
  const curve = (rows: readonly Result[], side: number): Point[] =>
    rows.map(({ eventsPerPane, place, panes }): Point => [
      eventsPerPane * 10 ** (side + (place - 7) * 0.018),
      Math.min(panes, MOST),
    ]);
  const x = {
    label: 'predictions in a pane',
    from: 0.4,
    to: 25_000,
    isLogarithmic: true,
    ticks: [1, 10, 100, 1000, 10_000].map((events) => [events, events.toLocaleString('en')] as const),
  };
  return figure(
    'False alarms are rarer than you ask for, at any traffic',
    `Nothing has changed; 15 settings of classes and reference at each size of pane, ${runsOf(strict, tolerant)} runs each`,
    [
      {
        height: 230,
        x,
        y: {
          label: 'panes to a false alarm',
          from: 50,
          to: MOST,
          isLogarithmic: true,
          ticks: [
            [100, '100'],
            [1000, '1,000'],
            [10_000, '10,000'],
            [100_000, '100,000'],
            [MOST, 'none seen'],
          ],
        },
        curves: [
          { name: 'tolerance 0', ink: 'other', kind: 'points', points: curve(strict, -0.18) },
          {
            name: 'tolerance 0.1, live shares at its limit',
            ink: 'ours',
            kind: 'points',
            points: curve(tolerant, 0.18),
          },
          {
            name: 'asked for',
            ink: 'limit',
            kind: 'line',
            isDashed: true,
            points: [
              [0.4, ASKED],
              [25_000, ASKED],
            ],
          },
        ],
      },
    ],
  );
}

/** `1,000`, or `150 to 1,000` where some are not done yet. */
function runsOf(...tables: readonly (readonly Result[])[]): string {
  const all = tables.flat().map((result) => result.runs);
  const [fewest, most] = [Math.min(...all), Math.max(...all)].map((count) => count.toLocaleString('en'));
  return fewest === most ? `${most}` : `${fewest} to ${most}`;
}

interface Result {
  readonly eventsPerPane: number;
  readonly runs: number;
  /** Number of the setting among those with this size of pane, from 0 to 14. */
  readonly place: number;
  /** Infinity where no false alarm was seen. */
  readonly panes: number;
}

function results(file: string): Result[] {
  const rows = tableRows(readFileSync(new URL(`../results/${file}`, import.meta.url), 'utf8'));
  return rows.map(([, , eventsPerPane, runs, panes], index) => ({
    eventsPerPane: Number(eventsPerPane),
    runs: Number(runs),
    place: Math.floor(index / 5),
    panes: panes?.startsWith('more than') === true ? Infinity : Number(panes),
  }));
}
