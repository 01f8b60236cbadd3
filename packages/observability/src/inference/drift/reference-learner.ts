import type { PredictionRow, ReferenceProfile, WarmUp } from '@inferometer/drift-metrics';
import { warnSafely } from '../../diagnostics/warn-safely.ts';

/**
 * Learns the reference of a model from what is recorded, from the first prediction on: what comes before the package
 * that learns is there is kept, so that a batch job which never waits learns too.
 */
export interface ReferenceLearner {
  /** Takes a copy of the prediction. Never throws. */
  add(prediction: PredictionRow): void;
  /** From now on `warmUp` learns, first of all from what was kept. */
  learnBy(warmUp: WarmUp): void;
  /** Keeps nothing any more. */
  giveUp(): void;
}

/**
 * @param samples how many predictions a reference takes, and so how many are kept at most
 * @param onLearned called with the reference, once there is one
 */
export function createReferenceLearner(
  modelType: string,
  samples: number,
  onLearned: (profile: ReferenceProfile) => void,
): ReferenceLearner {
  return new KeepingLearner(modelType, samples, onLearned);
}

class KeepingLearner implements ReferenceLearner {
  readonly #modelType: string;
  readonly #samples: number;
  readonly #onLearned: (profile: ReferenceProfile) => void;
  #kept: PredictionRow[] = [];
  #warmUp: WarmUp | undefined;
  #isOver = false;

  constructor(modelType: string, samples: number, onLearned: (profile: ReferenceProfile) => void) {
    this.#modelType = modelType;
    this.#samples = samples;
    this.#onLearned = onLearned;
  }

  add(prediction: PredictionRow): void {
    if (this.#isOver) {
      return;
    }
    try {
      if (this.#warmUp === undefined) {
        this.#keep(prediction);
      } else {
        this.#learn(this.#warmUp, prediction);
      }
    } catch (error) {
      warnSafely(`inferometer: no reference could be learned for the model ${this.#modelType}: ${String(error)}`);
    }
  }

  learnBy(warmUp: WarmUp): void {
    if (this.#isOver) {
      return;
    }
    const kept = this.#kept;
    this.#kept = [];
    this.#warmUp = warmUp;
    for (const prediction of kept) {
      this.add(prediction);
    }
  }

  giveUp(): void {
    this.#isOver = true;
    this.#kept = [];
    this.#warmUp = undefined;
  }

  #keep({ predictedClass, confidence, features }: PredictionRow): void {
    // A warm-up does not count what has none of them: kept, they would be missing at its end.
    const isEmpty = predictedClass === undefined && confidence === undefined && features === undefined;
    if (!isEmpty && this.#kept.length < this.#samples) {
      // The caller may change its object before the package is there.
      this.#kept.push({ predictedClass, confidence, features: features && { ...features } });
    }
  }

  #learn(warmUp: WarmUp, prediction: PredictionRow): void {
    const profile = warmUp.add(prediction);
    if (profile !== undefined) {
      this.#onLearned(profile);
    }
  }
}
