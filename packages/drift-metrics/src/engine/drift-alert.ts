import type { AlertType } from './alert-type.ts';

/** How much one bin adds to a change. */
export interface BinContribution {
  /** The class or category, or the upper edge of the bin; `other`, `missing`; of performance `correct`, `incorrect`. */
  readonly bin: string;
  /** Its part of the population stability index, never negative. */
  readonly contribution: number;
  readonly referenceShare: number;
  readonly liveShare: number;
}

/** A change that is told once, when it is certain and large enough. */
export interface DriftAlert {
  readonly modelType: string;
  readonly modelVersion: string | undefined;
  /** Short hash of the reference. */
  readonly reference: string;
  readonly alertType: AlertType;
  /** The feature's name, of alerts of type `feature`. */
  readonly feature: string | undefined;
  /**
   * Size of the change since it began: the corrected population stability index, of performance the drop of accuracy.
   * Larger than `drift_score` as long as the window reaches back to before the change.
   */
  readonly score: number;
  /** Logarithm of the detector, and what it had to reach. */
  readonly logEvidence: number;
  readonly logThreshold: number;
  /** The panes since the change began, as far as can be told. */
  readonly window: {
    readonly startMs: number;
    readonly endMs: number;
    readonly samples: number;
    readonly panes: number;
  };
  /** The bins that changed most, largest first, at most five. */
  readonly contributions: readonly BinContribution[];
  readonly raisedMs: number;
}
