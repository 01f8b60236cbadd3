import type { EndedOutcome, InferenceStartOptions } from '../inference-types.ts';

/** Any function at all. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * What `extract` gets as result: what a promise resolves to, the last item of a stream or an iterator, else what the
 * function returned.
 */
export type ExtractedResult<Returned> = 0 extends 1 & Returned
  ? Returned
  : Returned extends PromiseLike<infer Value>
    ? ExtractedResult<Value>
    : Returned extends AsyncIterable<infer Item>
      ? Item
      : Returned extends IterableIterator<infer Item>
        ? Item
        : Returned;

/**
 * What an extractor tells of an inference. `success: false`, or an `errorCode` that is neither empty nor 0, counts it
 * as failed, though nothing was thrown: an HTTP 200 with an error inside. An explicit `success` wins over the code.
 */
export type ExtractedOutcome = EndedOutcome;

/**
 * How to read results. Extractors run once per inference, at once and within its time, so they should be quick and
 * synchronous. What one throws, or returns beside an object, is dropped with a warning at most once a minute; the
 * inference is recorded without it, and the caller notices nothing.
 */
export interface InstrumentOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /**
   * Reads confidence, class and so on from a result. Not called where a frozen result could not be followed, nor for a
   * stream that ended without an item.
   */
  readonly extract?: ((result: Result, args: Args) => ExtractedOutcome | undefined) | undefined;
  /**
   * Reads the outcome from an error, e.g. an `errorCode` of its own. `{ success: true }` tells that the error is an
   * answer (no face in the picture) and no failure.
   */
  readonly extractError?: ((error: unknown, args: Args) => ExtractedOutcome | undefined) | undefined;
  /** What is known of every call before it begins. */
  readonly startOptions?: InferenceStartOptions | undefined;
}
