/** One inference, or what became known of one. Every field is optional; a field left out is not counted. */
export interface DriftObservation {
  /** The class that was predicted. */
  readonly predictedClass?: string | number | boolean | null | undefined;
  /** How sure the model was, from 0 to 1. */
  readonly confidence?: number | null | undefined;
  /** Properties of the input, by name. Where the object is there, a feature of the reference that it lacks is missing. */
  readonly features?: Readonly<Record<string, number | string | boolean | null | undefined>> | undefined;
  /** Whether a prediction was right; may come alone, when the truth is known. */
  readonly correct?: boolean | null | undefined;
}
