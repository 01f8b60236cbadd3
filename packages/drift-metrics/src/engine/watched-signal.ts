import { createErrorEvidence } from '../detector/error-evidence.ts';
import type { Evidence } from '../detector/evidence.ts';
import type { PaneRing } from '../detector/pane-ring.ts';
import { createShareEvidence } from '../detector/share-evidence.ts';
import { shiryaevRoberts, type DetectorState } from '../detector/shiryaev-roberts.ts';
import { correctedPopulationStabilityIndex } from '../divergences/population-stability-index.ts';
import { scoreOf } from '../divergences/score-divergence.ts';
import { totalOf, type Counts } from '../divergences/smoothed-shares.ts';
import { accuracyDrop } from '../performance/accuracy-drop.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import type { CountLayout, SignalLayout } from './count-layout.ts';
import type { AlertType } from './alert-type.ts';
import type { DriftSettings } from './drift-options.ts';

/** One signal of a model as it is judged: what is counted, how large a change is, how certain. */
export interface WatchedSignal extends SignalLayout {
  readonly feature: string | undefined;
  readonly labels: readonly string[];
  readonly referenceCounts: Counts;
  /** What the gauge shows; undefined where it has no value. */
  score(live: Counts): number | undefined;
  /** What alerts go by: the corrected population stability index, or the drop of accuracy. */
  effect(live: Counts): number;
  /** Latest evidence of a change from `firstPane` on. */
  detect(ring: PaneRing, firstPane: number): DetectorState;
}

export function watchedSignals(
  reference: ReferenceProfile,
  layout: CountLayout,
  settings: DriftSettings,
): WatchedSignal[] {
  const signals: WatchedSignal[] = layout.signals.map((entry) => {
    const { signal, bins } = entry;
    const evidence = createShareEvidence(signal.counts, settings.tolerance[entry.alertType]);
    const divergence = settings.divergence[entry.alertType as Exclude<AlertType, 'performance'>];
    return {
      ...entry,
      feature: signal.role === 'feature' ? signal.name : undefined,
      labels: bins.labels,
      referenceCounts: signal.counts,
      score: (live) => scoreOf(divergence, signal, live),
      effect: (live) => correctedPopulationStabilityIndex(signal.counts, live),
      detect: detector(evidence, entry.offset),
    };
  });
  const { accuracy } = reference;
  if (layout.performance !== undefined && accuracy !== undefined) {
    const drop = (live: Counts): number => accuracyDrop(accuracy, { labelled: totalOf(live), correct: live[0]! });
    signals.push({
      ...layout.performance,
      feature: undefined,
      labels: ['correct', 'incorrect'],
      referenceCounts: [accuracy.correct, accuracy.labelled - accuracy.correct],
      score: drop,
      effect: drop,
      detect: detector(
        createErrorEvidence(accuracy.labelled, accuracy.correct, settings.tolerance.performance),
        layout.performance.offset,
      ),
    });
  }
  return signals;
}

function detector(evidence: Evidence, offset: number): (ring: PaneRing, firstPane: number) => DetectorState {
  return (ring, firstPane) => shiryaevRoberts(ring, evidence, offset, firstPane);
}
