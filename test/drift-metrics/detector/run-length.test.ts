import { expect } from 'chai';
import { runLength, type RunSetting } from '../../../packages/drift-metrics/simulations/run-length.ts';
import { shiftedDeciles } from '../../../packages/drift-metrics/simulations/shifted-deciles.ts';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

// The short form of packages/drift-metrics/simulations: fewer runs, the same seeds every time.
const even = shiftedDeciles(0);

function setting(given: Partial<RunSetting>): RunSetting {
  return {
    referenceSamples: 5000,
    referenceShares: even,
    liveShares: () => even,
    eventsPerPane: 100,
    threshold: 10_000,
    tolerance: 0,
    panesKept: 20,
    ...given,
  };
}

describe('The detector', () => {
  for (const referenceSamples of [1000, 20_000]) {
    for (const eventsPerPane of [1, 100, 10_000]) {
      it(`keeps the rate of false alarms: reference of ${referenceSamples}, ${eventsPerPane} events a pane`, () => {
        const random = createSeededRandom(referenceSamples + eventsPerPane);
        let [panes, alarms] = [0, 0];
        for (let run = 0; run < 40; run += 1) {
          const length = runLength(random, setting({ referenceSamples, eventsPerPane, threshold: 50 }), 200);
          panes += length ?? 200;
          alarms += length === undefined ? 0 : 1;
        }
        expect(panes / Math.max(1, alarms)).to.be.greaterThan(50);
      });
    }
  }

  // Delays of the table in the research that the detector comes from: SR Polya, c = 10,000, reference of 5,000.
  const delays: [shift: number, tableEvents: number][] = [
    [0.2, 1234],
    [0.3, 508],
    [0.5, 220],
    [1, 100],
  ];
  for (const [shift, tableEvents] of delays) {
    it(`sees a shift of ${shift} standard deviations after ${tableEvents} events on average`, () => {
      const random = createSeededRandom(7);
      const shifted = shiftedDeciles(shift);
      const live = (pane: number): readonly number[] => (pane < 20 ? even : shifted);
      let events = 0;
      for (let run = 0; run < 200; run += 1) {
        events += (runLength(random, setting({ liveShares: live }), 220, 20)! - 20) * 100;
      }
      // Of 200 runs the mean has a standard error of about 4% for the smallest shift.
      expect(events / 200).to.be.lessThan(tableEvents * 1.05 + 1);
    });
  }

  it('is silent through day and night: ten percent up and down, 200,000 events', () => {
    const random = createSeededRandom(11);
    const daily = (pane: number): readonly number[] => {
      const swing = 0.1 * Math.sin((2 * Math.PI * pane) / 1440);
      return even.map((share, bin) => share * (1 + (bin % 2 === 0 ? swing : -swing)));
    };
    const tolerant = setting({ liveShares: daily, tolerance: 0.1, threshold: 1000, panesKept: 60 });
    expect(runLength(random, tolerant, 2000)).to.equal(undefined);
    // And without the tolerance it is not.
    expect(runLength(random, { ...tolerant, tolerance: 0 }, 2000)).to.not.equal(undefined);
  });

  it('raises the alarm of a seeded stream at one index and is silent on a constant one', () => {
    const live = (pane: number): readonly number[] => (pane < 50 ? even : shiftedDeciles(0.5));
    expect(runLength(createSeededRandom(1), setting({ liveShares: live }), 200)).to.equal(51);
    const one = { referenceShares: [1], liveShares: (): number[] => [1], threshold: 50 };
    expect(runLength(createSeededRandom(1), setting(one), 500)).to.equal(undefined);
  });
});
