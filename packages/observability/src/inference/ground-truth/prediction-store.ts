/** What a request was answered, for comparison with the truth once it is known. */
export interface RememberedPrediction {
  readonly modelType: string;
  /** The predicted classes as `comparableClass` has them, in the batch's order; undefined where a prediction had none. */
  readonly classes: readonly (string | undefined)[];
}

/** What became of a prediction: it is there; it is there but its time is over; or there is none (any more). */
export type TakenPrediction =
  | { readonly state: 'found'; readonly prediction: RememberedPrediction }
  | { readonly state: 'late'; readonly prediction: RememberedPrediction }
  | { readonly state: 'unmatched' };

/**
 * Predictions waiting for their truth, by request id. Takes constant time per call, and no timer: what has expired stays
 * until it is taken or pushed out, so that a late truth can be told from one that nobody asked for.
 *
 * An id is a text of 1 to 256 characters, or a finite number or a bigint, which stand for their decimal text.
 */
export interface PredictionStore {
  /**
   * Keeps a prediction; when there are too many, the oldest go. A second prediction under one id replaces the first.
   *
   * @returns false where the id is none, or the prediction alone is more than the store holds
   */
  remember(requestId: unknown, prediction: RememberedPrediction): boolean;
  /** Gives a prediction and forgets it: a second truth for the same request is unmatched. */
  take(requestId: unknown): TakenPrediction;
}

export interface PredictionStoreOptions {
  /** Predictions kept at most, those of a batch one by one; 0 keeps none. */
  readonly maxPending: number;
  /** From this age in milliseconds a prediction is late. */
  readonly expireAfterMs: number;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
}

/** A UUID has 36 characters, a W3C trace parent 55. Longer ids are refused, not cut: two could become one. */
const MAX_ID_LENGTH = 256;

export function createPredictionStore(options: PredictionStoreOptions): PredictionStore {
  return new BoundedPredictionStore(options);
}

interface Pending {
  readonly prediction: RememberedPrediction;
  readonly rememberedAt: number;
}

const UNMATCHED: TakenPrediction = { state: 'unmatched' };

class BoundedPredictionStore implements PredictionStore {
  readonly #options: PredictionStoreOptions;
  /** Oldest first: a map keeps the order of insertion. */
  readonly #pending = new Map<string, Pending>();
  /** One iterator for ever: a new one would walk past all that was deleted before, 7 µs at 10,000 entries. */
  readonly #oldest = this.#pending.keys();
  #size = 0;

  constructor(options: PredictionStoreOptions) {
    this.#options = options;
  }

  remember(requestId: unknown, prediction: RememberedPrediction): boolean {
    const id = idText(requestId);
    if (id === undefined) {
      return false;
    }
    this.#forget(id);
    if (weight(prediction) > this.#options.maxPending) {
      return false;
    }
    this.#pending.set(id, { prediction, rememberedAt: this.#options.now() });
    this.#size += weight(prediction);
    while (this.#size > this.#options.maxPending) {
      this.#forget(this.#oldest.next().value!);
    }
    return true;
  }

  take(requestId: unknown): TakenPrediction {
    const id = idText(requestId);
    const pending = id === undefined ? undefined : this.#forget(id);
    if (pending === undefined) {
      return UNMATCHED;
    }
    const age = this.#options.now() - pending.rememberedAt;
    return { state: age < this.#options.expireAfterMs ? 'found' : 'late', prediction: pending.prediction };
  }

  #forget(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending !== undefined) {
      this.#pending.delete(id);
      this.#size -= weight(pending.prediction);
    }
    return pending;
  }
}

/** A batch counts for as many as it has: a bound on requests would not be one on memory. */
function weight(prediction: RememberedPrediction): number {
  return Math.max(1, prediction.classes.length);
}

function idText(requestId: unknown): string | undefined {
  if (typeof requestId === 'string') {
    return requestId.length > 0 && requestId.length <= MAX_ID_LENGTH ? requestId : undefined;
  }
  return Number.isFinite(requestId) || typeof requestId === 'bigint' ? String(requestId) : undefined;
}
