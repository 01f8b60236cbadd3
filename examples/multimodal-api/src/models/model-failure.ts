/** The model could not answer. The message names the model and never holds its input. */
export class ModelFailure extends Error {
  /** Becomes the label `error_code`. */
  readonly code = 'model_failure';

  constructor(modelType: string, cause: unknown) {
    super(`the ${modelType} model could not answer`, { cause });
    this.name = 'ModelFailure';
  }
}
