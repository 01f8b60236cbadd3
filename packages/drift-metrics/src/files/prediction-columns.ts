/** What the columns of a file are called, where not as the fields of `trackInference` or the same in snake_case. */
export interface PredictionColumns {
  /** Default `predictedClass` or `predicted_class`. */
  readonly predictedClass?: string | undefined;
  /** Default `confidence`. */
  readonly confidence?: string | undefined;
  /** The true class. Default `actualClass` or `actual_class`. */
  readonly actualClass?: string | undefined;
  /** `true`, `false`, `1` or `0`. Default `correct`. */
  readonly correct?: string | undefined;
  /** Default `modelType` or `model_type`. */
  readonly modelType?: string | undefined;
  /**
   * Columns that are features. Default of CSV: those called `feature.<name>` or `features.<name>`; of JSON lines: what is
   * in `features`. Of JSON lines a name is looked for there first, then beside it.
   */
  readonly features?: readonly string[] | undefined;
}
