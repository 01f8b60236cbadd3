// How long the detector takes to see a change, without and with the default tolerance. Run:
// npm run simulate:delays -w @inferometer/drift-metrics [-- runs]
import { createSeededRandom } from '../src/mathematics/seeded-random.ts';
import { resumedTable } from './resumed-table.ts';
import { runLength } from './run-length.ts';
import { shiftedDeciles } from './shifted-deciles.ts';

const runs = Number(process.argv[2] ?? 1000);
const MOST_PANES_AFTER = 500;
const even = shiftedDeciles(0);

const table = resumedTable(
  new URL('results/delays.md', import.meta.url),
  `Ten even bins whose normal values move; at most ${MOST_PANES_AFTER} panes after the change. Mean time to the alarm.\n` +
    '`npm run simulate:delays -w @inferometer/drift-metrics`',
  [
    'reference',
    'events a pane',
    'threshold, panes',
    'tolerance',
    'runs',
    'PSI 0.038',
    'PSI 0.086',
    'PSI 0.24',
    'PSI 0.93',
  ],
);
for (const [referenceSamples, eventsPerPane, threshold, tolerance, panesKept] of [
  [5000, 100, 10_000, 0, 20],
  [5000, 100, 1000, 0, 20],
  [1000, 100, 10_000, 0, 20],
  [1000, 100, 43_200, 0, 60],
  [5000, 100, 43_200, 0, 60],
  [1000, 100, 43_200, 0.1, 60],
  [5000, 100, 43_200, 0.1, 60],
  [20_000, 100, 43_200, 0.1, 60],
  [20_000, 1000, 43_200, 0.1, 60],
] as const) {
  const delays = (): string[] =>
    [0.2, 0.3, 0.5, 1].map((shift) => {
      const random = createSeededRandom(1 + shift * 10);
      const shifted = shiftedDeciles(shift);
      let panes = 0;
      let seen = 0;
      for (let run = 0; run < runs; run += 1) {
        const setting = { referenceSamples, referenceShares: even, eventsPerPane, threshold, tolerance, panesKept };
        const liveShares = (pane: number): readonly number[] => (pane < panesKept ? even : shifted);
        const length = runLength(random, { ...setting, liveShares }, panesKept + MOST_PANES_AFTER, panesKept);
        if (length !== undefined) {
          panes += length - panesKept;
          seen += 1;
        }
      }
      const missed = seen === runs ? '' : ` (${((100 * (runs - seen)) / runs).toFixed(0)}% not seen)`;
      return seen === 0 ? 'not seen' : `${Math.round((panes / seen) * eventsPerPane)} events${missed}`;
    });
  table.add([referenceSamples, eventsPerPane, threshold, tolerance].map(String), runs, delays);
}
