import type { PredictedClass } from '../inference-types.ts';
import { comparableClass } from './comparable-class.ts';
import type { PredictionStore } from './prediction-store.ts';

/**
 * What a true label says of a prediction: `correct` or `incorrect`; `late` when it came after the prediction had expired;
 * `unmatched` when there is no prediction to compare it with, or none any more.
 */
export type GroundTruthOutcome = 'correct' | 'incorrect' | 'late' | 'unmatched';

/** A true label together with the prediction that it belongs to. */
export interface GroundTruthRecord {
  /** The label `model_type`; without one it is `unknown`. */
  readonly modelType: string;
  /** What the model said; without it the truth is unmatched. */
  readonly predictedClass?: PredictedClass | undefined;
  /** What is true; a record without it is dropped. */
  readonly actualClass: PredictedClass;
}

/** Records true labels, as soon as they are known. Never throws, whatever it is given. */
export interface RecordGroundTruth {
  /**
   * Compares the truth with what this process predicted for a request: `requestId` as it was given with the inference.
   * Of a batch (`predictions`), an array gives the truths in its order, and undefined where one is not known. The first
   * call for a request counts: what it leaves open stays so, and a second truth is unmatched.
   */
  (requestId: string, actualClass: PredictedClass | readonly (PredictedClass | undefined)[]): void;
  /** Records a truth whose prediction is at hand; from any process, on any day. */
  (record: GroundTruthRecord): void;
}

/** Where compared truths go. */
export interface GroundTruthSink {
  /** One true label; `modelType` is `unknown` where neither a prediction nor the record names it. */
  truth(modelType: string, outcome: GroundTruthOutcome): void;
  /** A true label that is no class: missing, not finite, an object. It is not counted as a truth. */
  dropTruth(): void;
}

const UNKNOWN_MODEL = 'unknown';

/** As many as the largest bucket of batch sizes: an array beyond it is no batch's, and must not hold up its caller. */
const MOST_TRUTHS_PER_CALL = 1024;

/** Compares truths with the predictions in `store`, and tells `sink`. */
export function createGroundTruth(store: PredictionStore, sink: GroundTruthSink): RecordGroundTruth {
  const comparison = new GroundTruthComparison(store, sink);
  return (requestIdOrRecord: unknown, actualClass?: unknown): void => {
    try {
      if (typeof requestIdOrRecord === 'object' && requestIdOrRecord !== null) {
        comparison.recordPair(requestIdOrRecord);
      } else {
        comparison.recordRequest(requestIdOrRecord, actualClass);
      }
    } catch {
      // A getter or a proxy that throws.
      sink.dropTruth();
    }
  };
}

class GroundTruthComparison {
  readonly #store: PredictionStore;
  readonly #sink: GroundTruthSink;

  constructor(store: PredictionStore, sink: GroundTruthSink) {
    this.#store = store;
    this.#sink = sink;
  }

  recordPair(record: Partial<GroundTruthRecord>): void {
    const { modelType, predictedClass, actualClass } = record;
    const model = typeof modelType === 'string' && modelType !== '' ? modelType : UNKNOWN_MODEL;
    this.#compare(model, comparableClass(predictedClass), comparableClass(actualClass));
  }

  recordRequest(requestId: unknown, actualClass: unknown): void {
    const isBatch = Array.isArray(actualClass);
    const given: readonly unknown[] = isBatch ? actualClass.slice(0, MOST_TRUTHS_PER_CALL) : [actualClass];
    const truths = given.map(comparableClass);
    // A truth that is none must not use up the prediction, for which the right one may still come.
    const taken = truths.some(isText) ? this.#store.take(requestId) : undefined;
    const prediction = taken === undefined || taken.state === 'unmatched' ? undefined : taken.prediction;
    const model = prediction?.modelType ?? UNKNOWN_MODEL;
    for (const [position, truth] of truths.entries()) {
      const isOpen = isBatch && (given[position] === undefined || given[position] === null);
      if (isOpen) {
        continue;
      }
      if (taken?.state === 'late' && truth !== undefined) {
        this.#sink.truth(model, 'late');
      } else {
        this.#compare(model, prediction?.classes[position], truth);
      }
    }
  }

  #compare(modelType: string, predicted: string | undefined, actual: string | undefined): void {
    if (actual === undefined) {
      this.#sink.dropTruth();
    } else if (predicted === undefined) {
      this.#sink.truth(modelType, 'unmatched');
    } else {
      this.#sink.truth(modelType, predicted === actual ? 'correct' : 'incorrect');
    }
  }
}

function isText(text: string | undefined): boolean {
  return text !== undefined;
}
