import { signalKey, type ReferenceProfile, type ReferenceSignal } from '../reference/reference-profile.ts';
import { createSignalBins, type SignalBins } from '../reference/signal-bins.ts';
import type { AlertType } from './alert-type.ts';

/** Where the counts of one signal are among the counts of a model. */
export interface SignalLayout {
  /** `class`, `confidence`, `feature:<name>` or `performance`. */
  readonly key: string;
  readonly alertType: AlertType;
  readonly offset: number;
  readonly length: number;
}

/** A signal of the reference, and how its values get into bins. */
export interface BinnedSignalLayout extends SignalLayout {
  readonly signal: ReferenceSignal;
  readonly bins: SignalBins;
}

/**
 * How the counts of one model lie side by side in one array: for each signal of the reference its bins, and, where the
 * reference has an accuracy, right and wrong predictions. Who records adds 1 to `offset + bins.binOf(value)`.
 */
export interface CountLayout {
  /** Counts of the model. */
  readonly length: number;
  /** In the order of the profile. */
  readonly signals: readonly BinnedSignalLayout[];
  /** Two counts: labels that confirmed the prediction, and labels that did not. */
  readonly performance: SignalLayout | undefined;
}

const ALERT_TYPE_OF = { class: 'distribution', confidence: 'confidence', feature: 'feature' } as const;

export function createCountLayout(reference: ReferenceProfile): CountLayout {
  let offset = 0;
  const signals = reference.signals.map((signal) => {
    const bins = createSignalBins(signal);
    const alertType = ALERT_TYPE_OF[signal.role];
    const layout = { key: signalKey(signal), alertType, offset, length: bins.length, signal, bins };
    offset += bins.length;
    return layout;
  });
  if (reference.accuracy === undefined) {
    return { length: offset, signals, performance: undefined };
  }
  const performance = { key: 'performance', alertType: 'performance', offset, length: 2 } as const;
  return { length: offset + 2, signals, performance };
}
