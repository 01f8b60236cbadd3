// How often a monitor raises false alarms from end to end: the reference is made of rows, with its bins and the rule for
// rare classes, and predictions are observed one by one, with class, confidence, two features and whether they are right.
// Run: npm run simulate:false-alarms-from-rows -w @inferometer/drift-metrics [-- runs]. Each setting has its seed and is
// written to results/ when it is done: a run that was ended goes on where it was, and settings of fewer runs are made anew.
import type { DriftOptions } from '../src/index.ts';
import { createSeededRandom } from '../src/mathematics/seeded-random.ts';
import { equalShares, sharesByRank } from './class-shares.ts';
import { monitoredRunLength } from './monitored-run-length.ts';
import { resumedTable } from './resumed-table.ts';
import { unchangedPredictions } from './unchanged-predictions.ts';

/** Panes between false alarms that are asked for; small, so that alarms are seen at all. */
const THRESHOLD = 100;
const MOST_PANES = 4 * THRESHOLD;
const runs = Number(process.argv[2] ?? 200);

/** By evidence alone any bias of the bins counts, however small; by default it has to be worth an alert as well. */
const judgements: [name: string, options: DriftOptions][] = [
  ['evidence alone', { tolerance: 0, effectFloor: 0 }],
  ['the defaults', {}],
];
const shapes: [name: string, shares: readonly number[]][] = [
  ['3 equal', equalShares(3)],
  ['100 by rank', sharesByRank(100)],
  ['5,000 by rank', sharesByRank(5000)],
];

const table = resumedTable(
  new URL('results/false-alarms-from-rows.md', import.meta.url),
  `No drift, ${THRESHOLD} panes between false alarms asked for, runs of up to ${MOST_PANES} panes, each with a reference of its own. Evidence alone: tolerance 0, effectFloor 0.\n` +
    `\`npm run simulate:false-alarms-from-rows -w @inferometer/drift-metrics -- ${runs}\``,
  ['alert by', 'classes', 'rows', 'events a pane', 'runs', 'panes to a false alarm', 'runs with an alarm'],
);
let seed = 1;
for (const [judgement, options] of judgements) {
  for (const [name, shares] of shapes) {
    const predictions = unchangedPredictions(shares);
    for (const referenceRows of [300, 5000]) {
      for (const eventsPerPane of [100, 1000]) {
        const random = createSeededRandom(seed++);
        table.add([judgement, name, String(referenceRows), String(eventsPerPane)], runs, () => {
          let panes = 0;
          let alarms = 0;
          for (let run = 0; run < runs; run += 1) {
            const setting = { predictions, referenceRows, eventsPerPane, threshold: THRESHOLD, options };
            const length = monitoredRunLength(random, setting, MOST_PANES);
            panes += length ?? MOST_PANES;
            alarms += length === undefined ? 0 : 1;
          }
          const mean = alarms === 0 ? `more than ${panes}` : String(Math.round(panes / alarms));
          return [mean, `${((100 * alarms) / runs).toFixed(1)}%`];
        });
      }
    }
  }
}
