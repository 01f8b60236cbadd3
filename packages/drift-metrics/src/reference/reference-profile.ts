/** What {@link ReferenceProfile.schema} always is. */
export const REFERENCE_SCHEMA = 'inferometer.reference-profile';
/** The version of the file format that this package writes and reads. */
export const REFERENCE_VERSION = 1;

/** What a signal is of: the predicted class, the confidence, or a feature of the input. */
export type SignalRole = 'class' | 'confidence' | 'feature';

interface SignalBase {
  readonly role: SignalRole;
  /** The feature's name; of the other roles the role itself. */
  readonly name: string;
  /** Samples in each bin: first the signal's own bins, then `other`, last `missing`. */
  readonly counts: readonly number[];
}

/** A signal with names for values: bins are the categories, then `other`, then `missing`. */
export interface CategoricalSignal extends SignalBase {
  readonly type: 'categorical';
  readonly categories: readonly string[];
}

/**
 * A signal with numbers for values. Bin k holds values above edge k−1 and up to and including edge k, the first and the
 * last bin are open. A constant has no edges and one bin, which holds that value alone; any other value is `other`, as is
 * what is no number.
 */
export interface NumericSignal extends SignalBase {
  readonly type: 'numeric';
  /** Upper edges of all bins but the last; strictly ascending. */
  readonly edges: readonly number[];
  /** Present where all values of the reference were this one. */
  readonly constant?: number;
  /** Mean of the reference's values in each of the signal's own bins; of an empty bin its middle or nearest edge. */
  readonly means: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
  /** Of the population that the reference is, not of a sample. */
  readonly standardDeviation: number;
}

export type ReferenceSignal = CategoricalSignal | NumericSignal;

/** How often the model was right, by bin of its confidence. */
export interface CalibrationTable {
  /** Labelled samples in each of the confidence signal's own bins. */
  readonly labelled: readonly number[];
  /** How many of them were right. */
  readonly correct: readonly number[];
  /** Isotonic regression of (correct + ½) / (labelled + 1): what a confidence in this bin is worth. */
  readonly accuracy: readonly number[];
}

/** What live traffic is compared with; made by `createReferenceProfile` or `inferometer profile`, kept as JSON. */
export interface ReferenceProfile {
  readonly schema: typeof REFERENCE_SCHEMA;
  readonly version: typeof REFERENCE_VERSION;
  readonly modelType: string;
  readonly modelVersion?: string;
  /** ISO 8601; not part of the hash. */
  readonly createdAt: string;
  /** `warm-up` where the first live inferences were taken; such a reference raises no alerts. */
  readonly origin: 'data' | 'warm-up';
  /** Predictions that went in. */
  readonly samples: number;
  readonly signals: readonly ReferenceSignal[];
  readonly calibration?: CalibrationTable;
  /** Labelled predictions and how many were right, with or without a confidence. */
  readonly accuracy?: { readonly labelled: number; readonly correct: number };
  /** SHA-256 of all the rest but `createdAt`, in hexadecimal. */
  readonly hash: string;
}

/** The first 12 digits of the hash: enough to tell references apart in the label `reference`. */
export function shortHash(profile: ReferenceProfile): string {
  return profile.hash.slice(0, 12);
}

/** What labels and alerts call a signal: `class`, `confidence` or `feature:<name>`. */
export function signalKey(signal: Pick<ReferenceSignal, 'role' | 'name'>): string {
  return signal.role === 'feature' ? `feature:${signal.name}` : signal.role;
}
