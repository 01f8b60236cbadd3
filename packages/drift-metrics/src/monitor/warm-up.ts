import { DriftConfigurationError } from '../errors/drift-configuration-error.ts';
import { createReferenceProfile } from '../reference/create-reference-profile.ts';
import type { PredictionRow } from '../reference/prediction-row.ts';
import type { ReferenceOptions } from '../reference/reference-options.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';

/** Learns a reference of the first live predictions. */
export interface WarmUp {
  /** Keeps a copy of the prediction. Returns the reference with the last one that is needed, else undefined. */
  add(prediction: PredictionRow): ReferenceProfile | undefined;
  readonly samples: number;
}

/** They are kept until the reference is made of them; this many take some 10 MB. */
const MOST_WARM_UP_SAMPLES = 100_000;
const LEAST_WARM_UP_SAMPLES = 100;

/**
 * For services that have no reference yet. What is learned so is learned anew at every start, drifted traffic included:
 * such a reference is marked (`drift_reference_warmup` 1), raises no alerts and stays out of rules over replicas.
 *
 * @param samples predictions to learn from, from 100 to 100,000
 * @throws DriftConfigurationError
 */
export function createWarmUp(samples: number, options: ReferenceOptions): WarmUp {
  if (!Number.isInteger(samples) || samples < LEAST_WARM_UP_SAMPLES || samples > MOST_WARM_UP_SAMPLES) {
    const requirement = `must be an integer from ${LEAST_WARM_UP_SAMPLES} to ${MOST_WARM_UP_SAMPLES}`;
    throw new DriftConfigurationError('warmUp.samples', requirement, samples, '5000 is a good start');
  }
  let rows: PredictionRow[] = [];
  return {
    add(prediction): ReferenceProfile | undefined {
      // Labels that come alone are no predictions.
      if (
        prediction.predictedClass === undefined &&
        prediction.confidence === undefined &&
        prediction.features === undefined
      ) {
        return undefined;
      }
      rows.push({ ...prediction, ...(prediction.features ? { features: { ...prediction.features } } : {}) });
      if (rows.length < samples) {
        return undefined;
      }
      const learned = rows;
      rows = [];
      return createReferenceProfile(learned, { ...options, origin: 'warm-up' });
    },
    get samples(): number {
      return rows.length;
    },
  };
}
