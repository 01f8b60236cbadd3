import { logAdd } from '../mathematics/log-sum.ts';
import type { Evidence } from './evidence.ts';
import type { PaneRing } from './pane-ring.ts';

/** What a detector knows after the latest pane. */
export interface DetectorState {
  /** ln M; minus infinity before the first pane. */
  readonly logEvidence: number;
  /** The pane with which the change most likely began; the latest pane where there is no evidence. */
  readonly changePane: number;
}

/**
 * A start whose evidence cannot be more than this is left out: alerts take about 10. With a tolerance and no change, that
 * is most of them.
 */
const NEGLIGIBLE = 2;

/**
 * Whether a change is still sought to begin with a pane of this age: with each of the latest 20, and of older ones with
 * fewer and fewer. Evidence of neighbours that old is much the same, to leave out starts by their number only lowers M,
 * and of 60 panes 27 are evaluated.
 */
function isStart(pane: number, age: number): boolean {
  const step = age < 20 ? 1 : age < 36 ? 4 : 8;
  return pane % step === 0;
}

/**
 * Watches for a change that may begin with any pane.
 *
 * Idea: for each pane ask for the evidence that a change began just there, and add all of it up. Nobody has to choose a
 * window: an abrupt change is seen from the pane in which it began, a slow one from further back.
 *
 * Formula: M = Σⱼ wⱼ Eⱼ over the panes j that are kept, Eⱼ the {@link Evidence} of panes j to the latest. Alert at M ≥ c.
 * With wⱼ = 1 the mean time to a false alarm is at least c panes: M less the number of panes is a supermartingale. With
 * the duration of pane j for wⱼ, which says nothing about its content, it is at least c units of time, however much or
 * little traffic there is. To forget old panes only lowers M.
 *
 * Source: A. Shiryaev (1963), S. Roberts (1966); J. Shin, A. Ramdas and A. Rinaldo, "E-detectors: a nonparametric
 * framework for sequential change detection", New England J. Statistics in Data Science (2023), arXiv 2203.03532.
 *
 * @param evidence of the signal, used as a workspace
 * @param offset where the signal's counts are in a pane
 * @param firstPane no change is sought before it
 */
export function shiryaevRoberts(ring: PaneRing, evidence: Evidence, offset: number, firstPane: number): DetectorState {
  evidence.reset();
  let logEvidence = -Infinity;
  let largest = -Infinity;
  let changePane = ring.total - 1;
  const first = Math.max(ring.first, firstPane);
  // From the latest pane back, so that each step adds one pane to what it has.
  for (let pane = ring.total - 1; pane >= first; pane -= 1) {
    evidence.add(ring.numbers, ring.countsAt(pane) + offset);
    const age = ring.total - 1 - pane;
    if (!isStart(pane, age) || (age > 0 && evidence.logBound() < NEGLIGIBLE)) {
      continue;
    }
    const logValue = evidence.logValue();
    logEvidence = logAdd(logEvidence, logValue + Math.log(ring.weight(pane)));
    if (logValue > largest) {
      largest = logValue;
      changePane = pane;
    }
  }
  return { logEvidence, changePane };
}
