// How often the detector raises false alarms, against what was asked for. Run: npm run simulate:false-alarms -w
// @inferometer/drift-metrics [-- runs [tolerance]]. Each setting has its seed and is written to results/ when it is done:
// a run that was ended goes on where it was, and settings of fewer runs are made anew. With a tolerance the live shares stand at its limit all the time: every other
// bin as much above the reference as may be.
import { createSeededRandom } from '../src/mathematics/seeded-random.ts';
import { equalShares, sharesByRank } from './class-shares.ts';
import { resumedTable } from './resumed-table.ts';
import { runLength } from './run-length.ts';

/** Panes between false alarms that are asked for; small, so that alarms are seen at all. */
const THRESHOLD = 100;
const MOST_PANES = 4 * THRESHOLD;
const runs = Number(process.argv[2] ?? 1000);
const tolerance = Number(process.argv[3] ?? 0);

const shapes: [name: string, shares: readonly number[]][] = [
  ['2 equal', equalShares(2)],
  ['2, one rare', [0.98, 0.02]],
  ['10 equal', equalShares(10)],
  ['50 equal', equalShares(50)],
  ['50 by rank', sharesByRank(50)],
];

const table = resumedTable(
  new URL(`results/false-alarms${tolerance === 0 ? '' : '-at-tolerance'}.md`, import.meta.url),
  `No drift, ${THRESHOLD} panes between false alarms asked for, tolerance ${tolerance}, runs of up to ${MOST_PANES} panes.\n` +
    `\`npm run simulate:false-alarms -w @inferometer/drift-metrics -- 1000 ${tolerance}\``,
  ['classes', 'reference', 'events a pane', 'runs', 'panes to a false alarm', 'runs with an alarm'],
);
let seed = 1;
for (const [name, shares] of shapes) {
  for (const referenceSamples of [1000, 5000, 20_000]) {
    for (const eventsPerPane of [1, 10, 100, 1000, 10_000]) {
      const random = createSeededRandom(seed++);
      table.add([name, String(referenceSamples), String(eventsPerPane)], runs, () => {
        const live = atLimit(shares);
        let panes = 0;
        let alarms = 0;
        for (let run = 0; run < runs; run += 1) {
          const setting = { referenceSamples, referenceShares: shares, liveShares: () => live, eventsPerPane };
          const length = runLength(random, { ...setting, threshold: THRESHOLD, tolerance, panesKept: 60 }, MOST_PANES);
          panes += length ?? MOST_PANES;
          alarms += length === undefined ? 0 : 1;
        }
        const mean = alarms === 0 ? `more than ${panes}` : String(Math.round(panes / alarms));
        return [mean, `${((100 * alarms) / runs).toFixed(1)}%`];
      });
    }
  }
}

/** Pairs of neighbours, of which the second gives to the first what the tolerance allows. */
function atLimit(shares: readonly number[]): number[] {
  return shares.map((share, bin) => {
    const given = tolerance * Math.min(shares[bin - (bin % 2)]!, shares[bin - (bin % 2) + 1] ?? 0);
    return bin % 2 === 0 ? share + given : share - given;
  });
}
