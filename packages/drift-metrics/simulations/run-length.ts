import { createShareEvidence } from '../src/detector/share-evidence.ts';
import { PaneRing } from '../src/detector/pane-ring.ts';
import { shiryaevRoberts } from '../src/detector/shiryaev-roberts.ts';
import type { RandomNumber } from '../src/mathematics/seeded-random.ts';
import { multinomial } from './multinomial.ts';

/** One stream of panes: a finite reference, then live traffic, and a detector that watches it. */
export interface RunSetting {
  readonly referenceSamples: number;
  readonly referenceShares: readonly number[];
  /** Shares of live traffic in a pane, by its number. */
  readonly liveShares: (pane: number) => readonly number[];
  readonly eventsPerPane: number;
  /** Panes between false alarms that are asked for. */
  readonly threshold: number;
  readonly tolerance: number;
  readonly panesKept: number;
}

/**
 * Panes until the alarm, or `mostPanes` where there was none; alarms before `ignoreBefore` start the detector anew.
 *
 * @returns number of the pane with the alarm, counted from 1, or undefined
 */
export function runLength(
  random: RandomNumber,
  setting: RunSetting,
  mostPanes: number,
  ignoreBefore = 0,
): number | undefined {
  const bins = setting.referenceShares.length;
  const reference = multinomial(random, setting.referenceSamples, setting.referenceShares, new Float64Array(bins));
  const evidence = createShareEvidence(reference, setting.tolerance);
  const numbers = new Float64Array(PaneRing.lengthFor(setting.panesKept, bins));
  const ring = new PaneRing(numbers, 0, setting.panesKept, bins);
  const counts = new Float64Array(bins);
  const threshold = Math.log(setting.threshold);
  let firstPane = 0;
  for (let pane = 0; pane < mostPanes; pane += 1) {
    multinomial(random, setting.eventsPerPane, setting.liveShares(pane), counts);
    ring.push(pane, pane + 1, 1, counts);
    if (shiryaevRoberts(ring, evidence, 0, firstPane).logEvidence >= threshold) {
      if (pane >= ignoreBefore) {
        return pane + 1;
      }
      firstPane = pane + 1;
    }
  }
  return undefined;
}
