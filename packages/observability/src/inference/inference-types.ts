/** A class as models name them: a label, the number of a class, or yes and no. As a label value `3` and `'3'` are one. */
export type PredictedClass = string | number | boolean;

/** One prediction of a batch. */
export interface Prediction {
  /** The class that was predicted; counted in `prediction_distribution_total`. */
  readonly predictedClass?: PredictedClass | undefined;
  /** How sure the model is, from 0 to 1; anything else is dropped and counted as dropped. */
  readonly confidence?: number | undefined;
}

/**
 * What is known of an inference when it ends. Every field is optional. A value that is not what its field asks for is
 * dropped alone, counted in `inferometer_dropped_values_total{metric,cause}`, and never costs the rest of the record.
 */
export interface InferenceOutcome extends Prediction {
  /** Items given to the model at once: an integer from 1. */
  readonly batchSize?: number | undefined;
  /**
   * The predictions of a batch, in its order. Each adds its class and its confidence; the batch still counts as one
   * request. Given together with `predictedClass` or `confidence`, all of them count.
   */
  readonly predictions?: readonly Prediction[] | undefined;
  /** Properties of the input to watch for drift, by name: `{ text_length: 512 }`. Only names that a reference knows count. */
  readonly features?: Readonly<Record<string, number | string | boolean>> | undefined;
  /**
   * Under this the prediction is kept for a while, so that `recordGroundTruth` can compare it with the truth: 1 to 256
   * characters, unique per request. It never becomes a label.
   */
  readonly requestId?: string | undefined;
  /** Values of the labels that were declared in `options.labels`; other names are ignored. Cut at 256 characters. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** A call that warms the model up: the request is counted, its time is not, nor does drift look at it. Default `false`. */
  readonly warmup?: boolean | undefined;
}

/** One inference, told of when it is over. */
export interface InferenceRecord extends InferenceOutcome {
  /** Which model; becomes the label `model_type`, cut at 256 characters. Without one it is `unknown`. */
  readonly modelType: string;
  /** How long it took in milliseconds, from 0; recorded in seconds. */
  readonly latencyMs?: number | undefined;
  /** Whether the inference gave a usable result. Default: `true`, unless there is an `errorCode`. */
  readonly success?: boolean | undefined;
  /**
   * Why it failed, from a short list, e.g. `timeout`; `unknown` where a failure has none. Never a message. An empty text
   * and the number 0 are no error codes.
   */
  readonly errorCode?: string | number | undefined;
}

/**
 * What is known of an inference that has ended, where the outcome itself may tell that it failed though nothing was
 * thrown: an HTTP 200 with an error inside. `success` and `errorCode` count as in a record.
 */
export type EndedOutcome = InferenceOutcome & Pick<InferenceRecord, 'success' | 'errorCode'>;

/** What is known of an inference when it begins; what its outcome says again wins. */
export type InferenceStartOptions = Pick<InferenceOutcome, 'requestId' | 'labels' | 'warmup'>;

/**
 * Times one inference, which counts as in flight until `end` or `fail`. Of these the first call wins and later ones do
 * nothing. No method throws.
 */
export interface InferenceTimer {
  /** Ends the running phase, if there is one, and begins this one: `preprocess`, `run`, ... One name per place in the code. */
  phase(name: string): void;
  /** The inference succeeded, unless the outcome tells of a failure: `{ success: false, errorCode: 'timeout' }`. */
  end(outcome?: EndedOutcome): void;
  /** The inference failed; `error` gives the error code, see `failureCode`. */
  fail(error?: unknown, outcome?: InferenceOutcome): void;
}

/** Where timers come from. */
export interface TimerSource {
  /** Starts the clock and raises the number of inferences in flight. Never throws. */
  startInference(modelType: string, options?: InferenceStartOptions): InferenceTimer;
}
