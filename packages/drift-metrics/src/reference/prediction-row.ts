/** One prediction of the data that a reference is made of. Every field is optional; a field left out is not counted. */
export interface PredictionRow {
  /** The class that was predicted; null where the model gave none, which is counted as missing. */
  readonly predictedClass?: string | number | boolean | null | undefined;
  /** How sure the model was, from 0 to 1; null or NaN is counted as missing. */
  readonly confidence?: number | null | undefined;
  /**
   * Properties of the input, by name. Where the object is there, a name that other rows have and this one has not is
   * counted as missing.
   */
  readonly features?: Readonly<Record<string, number | string | boolean | null | undefined>> | undefined;
  /** Whether the prediction was right, where that is known. */
  readonly correct?: boolean | null | undefined;
  /** The true class, from which `correct` follows where that is not given. */
  readonly actualClass?: string | number | boolean | null | undefined;
}
