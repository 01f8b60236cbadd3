import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { createCalibrationTable } from './calibration-table.ts';
import { profileHash } from './profile-hash.ts';
import type { PredictionRow } from './prediction-row.ts';
import { MOST_FEATURES, MOST_NAME_LENGTH, type ResolvedReferenceOptions } from './reference-options.ts';
import { REFERENCE_SCHEMA, REFERENCE_VERSION, type ReferenceProfile } from './reference-profile.ts';
import { outcomeOf } from './row-outcome.ts';
import { createSignalCounter, type SignalCounter } from './signal-counter.ts';
import { createSignalLearner, type SignalLearner } from './signal-learner.ts';

/**
 * Makes a reference in two passes over the same rows, in memory that does not grow with them: `learn` all rows, then
 * `beginCounting`, then `count` all rows again, then `finish`.
 */
export class ProfileBuilder {
  /** Features beyond the limit, or whose name is empty or too long: they are not watched. */
  readonly ignoredFeatures: Set<string> = new Set();
  readonly #options: ResolvedReferenceOptions;
  readonly #classLearner: SignalLearner = createSignalLearner('class');
  readonly #confidenceLearner: SignalLearner = createSignalLearner('confidence');
  readonly #featureLearners = new Map<string, SignalLearner>();
  #classCounter: SignalCounter | undefined;
  #confidenceCounter: SignalCounter | undefined;
  #featureCounters: [name: string, counter: SignalCounter][] = [];
  #samples = 0;
  #labelled = 0;
  #correct = 0;
  #labelledByConfidence: number[] = [];
  #correctByConfidence: number[] = [];

  constructor(options: ResolvedReferenceOptions) {
    this.#options = options;
  }

  learn(row: PredictionRow): void {
    this.#classLearner.learn(row.predictedClass);
    this.#confidenceLearner.learn(row.confidence);
    for (const name of Object.keys(row.features ?? {})) {
      this.#featureLearner(name)?.learn(row.features?.[name]);
    }
  }

  beginCounting(): void {
    const { bins, confidenceBins, maximumCategories } = this.#options;
    const classPlan = this.#classLearner.plan(bins, maximumCategories);
    this.#classCounter = classPlan && createSignalCounter('class', 'class', classPlan);
    const confidencePlan = this.#confidenceLearner.plan(confidenceBins, maximumCategories);
    this.#confidenceCounter = confidencePlan && createSignalCounter('confidence', 'confidence', confidencePlan);
    const ownBins = this.#confidenceCounter?.ownBins ?? 0;
    this.#labelledByConfidence = Array.from({ length: ownBins }, () => 0);
    this.#correctByConfidence = Array.from({ length: ownBins }, () => 0);
    // In order of name: the same data in another order of columns give the same profile.
    for (const name of [...this.#featureLearners.keys()].sort()) {
      const plan = this.#featureLearners.get(name)?.plan(bins, maximumCategories);
      if (plan !== undefined) {
        this.#featureCounters.push([name, createSignalCounter('feature', name, plan)]);
      }
    }
  }

  count(row: PredictionRow): void {
    this.#samples += 1;
    if (row.predictedClass !== undefined) {
      this.#classCounter?.count(row.predictedClass);
    }
    const bin = row.confidence === undefined ? undefined : this.#confidenceCounter?.count(row.confidence);
    if (row.features !== undefined) {
      for (const [name, counter] of this.#featureCounters) {
        counter.count(Object.hasOwn(row.features, name) ? row.features[name] : undefined);
      }
    }
    const correct = outcomeOf(row);
    if (correct !== undefined) {
      this.#labelled += 1;
      this.#correct += Number(correct);
      if (bin !== undefined && bin < this.#labelledByConfidence.length) {
        this.#labelledByConfidence[bin]! += 1;
        this.#correctByConfidence[bin]! += Number(correct);
      }
    }
  }

  /** @throws ReferenceProfileError where there was nothing to compare with */
  finish(): ReferenceProfile {
    const { modelType, modelVersion, origin, now } = this.#options;
    const counters = [
      this.#classCounter,
      this.#confidenceCounter,
      ...this.#featureCounters.map(([, counter]) => counter),
    ];
    const signals = counters.flatMap((counter) => (counter === undefined ? [] : [counter.signal()]));
    if (signals.length === 0 && this.#labelled === 0) {
      throw new ReferenceProfileError(
        'empty',
        `no reference can be made of ${this.#samples} predictions without a class, a confidence, a feature or a truth; ` +
          'give predictedClass, confidence, features or correct.',
      );
    }
    const hasCalibration = this.#labelledByConfidence.some((count) => count > 0);
    const profile = {
      schema: REFERENCE_SCHEMA,
      version: REFERENCE_VERSION,
      modelType,
      ...(modelVersion === undefined ? {} : { modelVersion }),
      createdAt: new Date(now()).toISOString(),
      origin,
      samples: this.#samples,
      signals,
      ...(hasCalibration
        ? { calibration: createCalibrationTable(this.#labelledByConfidence, this.#correctByConfidence) }
        : {}),
      ...(this.#labelled > 0 ? { accuracy: { labelled: this.#labelled, correct: this.#correct } } : {}),
    } as const;
    return { ...profile, hash: profileHash(profile) };
  }

  #featureLearner(name: string): SignalLearner | undefined {
    let learner = this.#featureLearners.get(name);
    if (learner === undefined && (this.#options.features?.has(name) ?? true)) {
      // A name that no profile may have is no reason to write one that cannot be read.
      if (this.#featureLearners.size >= MOST_FEATURES || name === '' || name.length > MOST_NAME_LENGTH) {
        if (this.ignoredFeatures.size < MOST_FEATURES) {
          this.ignoredFeatures.add(name);
        }
        return undefined;
      }
      learner = createSignalLearner('feature');
      this.#featureLearners.set(name, learner);
    }
    return learner;
  }
}
