import type { DriftAlert, ReferenceProfile } from '@inferometer/drift-metrics';

/** A model as an observer is told of it; it can be cloned into a thread, and its state is shared. */
export interface DriftModel {
  /** As the label has it. */
  readonly modelType: string;
  /** What it is compared with; absent where the reference cannot be used, or has still to be learned. */
  readonly watched?: WatchedReference;
}

export interface WatchedReference {
  readonly profile: ReferenceProfile;
  /** Panes and alerts, which outlive the observer: part of a slab of the thread that owns it. */
  readonly slab: SharedArrayBuffer;
  readonly index: number;
  readonly length: number;
  /** Since when there are counts, in milliseconds since the epoch. */
  readonly boundAtMs: number;
  /** Alerts of each type that were told by now, in the order of `ALERT_TYPES`. */
  readonly toldAlerts: readonly number[];
}

/** An alert on its way to the thread that owns the observer. */
export interface NumberedAlert {
  readonly alert: DriftAlert;
  /** Counts up from 1 for each model and type of alert, over all observers, so that none is told twice. */
  readonly number: number;
}

/** What observers know of drift, kept by the thread that owns them. */
export interface DriftModels {
  /**
   * Tells `sink` the models that there are, and then what comes.
   *
   * @returns ends the telling
   */
  followModels(sink: (model: DriftModel) => void): () => void;
  accept(alert: NumberedAlert): void;
}
