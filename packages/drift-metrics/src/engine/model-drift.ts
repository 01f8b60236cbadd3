import type { EstimatedAccuracy } from '../performance/estimated-accuracy.ts';
import type { BinContribution } from './drift-alert.ts';
import type { AlertType } from './alert-type.ts';

/** How one signal stands. */
export interface SignalDrift {
  /** `class`, `confidence`, `feature:<name>` or `performance`. */
  readonly signal: string;
  readonly alertType: AlertType;
  readonly feature: string | undefined;
  readonly windowSamples: number;
  readonly referenceSamples: number;
  /** Undefined where there are too few samples, live or in the reference, or none for a long time. */
  readonly score: number | undefined;
  /** Logarithm of the Shiryaev-Roberts statistic; undefined before the first pane. */
  readonly logEvidence: number | undefined;
  /** What one signal alone has to reach for an alert. */
  readonly logThreshold: number;
  readonly isAlertActive: boolean;
  /** Of each bin over the window, in the order of the bins; undefined where `score` is, and for performance. */
  readonly contributions: readonly BinContribution[] | undefined;
}

/** How one model stands. */
export interface ModelDrift {
  readonly modelType: string;
  readonly modelVersion: string | undefined;
  /** Short hash of the reference. */
  readonly reference: string;
  /** Whether the reference was learned from the first live predictions; then there are no alerts. */
  readonly isWarmUp: boolean;
  /** Milliseconds since 1970; undefined before the first evaluation. */
  readonly lastEvaluationMs: number | undefined;
  readonly panes: number;
  readonly signals: readonly SignalDrift[];
  readonly estimatedAccuracy: EstimatedAccuracy | undefined;
  /** Alerts ever raised. */
  readonly alerts: { readonly [type in AlertType]: number };
}
