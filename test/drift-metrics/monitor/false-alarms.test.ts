import type { DriftOptions } from '@inferometer/drift-metrics';
import { expect } from 'chai';
import { equalShares, sharesByRank } from '../../../packages/drift-metrics/simulations/class-shares.ts';
import { monitoredRunLength } from '../../../packages/drift-metrics/simulations/monitored-run-length.ts';
import { unchangedPredictions } from '../../../packages/drift-metrics/simulations/unchanged-predictions.ts';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

// The short form of simulations/false-alarms-from-rows.ts: fewer runs of fewer settings, the same seeds every time.
const THRESHOLD = 50;
const MOST_PANES = 200;
const EVIDENCE_ALONE: DriftOptions = { tolerance: 0, effectFloor: 0 };

describe('A monitor whose reference was made of rows', () => {
  const shapes: [name: string, shares: readonly number[], referenceRows: number, eventsPerPane: number][] = [
    ['3 classes', equalShares(3), 1000, 100],
    ['100 classes of which many are rare', sharesByRank(100), 1000, 100],
    ['5,000 classes, most of which the reference lacks', sharesByRank(5000), 300, 100],
    ['5,000 classes, most of which the reference lacks, in large panes', sharesByRank(5000), 300, 1000],
  ];
  for (const [name, shares, referenceRows, eventsPerPane] of shapes) {
    const predictions = unchangedPredictions(shares);
    const measured = (options: DriftOptions, runs: number): { panes: number; alarms: number } => {
      const random = createSeededRandom(shares.length + eventsPerPane);
      let [panes, alarms] = [0, 0];
      for (let run = 0; run < runs; run += 1) {
        const setting = { predictions, referenceRows, eventsPerPane, threshold: THRESHOLD, options };
        const length = monitoredRunLength(random, setting, MOST_PANES);
        panes += length ?? MOST_PANES;
        alarms += length === undefined ? 0 : 1;
      }
      return { panes, alarms };
    };

    it(`keeps the rate of false alarms by evidence alone: ${name}`, () => {
      const { panes, alarms } = measured(EVIDENCE_ALONE, 30);
      expect(panes / Math.max(1, alarms)).to.be.greaterThan(THRESHOLD);
    });

    it(`raises none by default: ${name}`, () => {
      expect(measured({}, 10).alarms).to.equal(0);
    });
  }
});
