import type { PredictionRow } from './prediction-row.ts';
import { ProfileBuilder } from './profile-builder.ts';
import { resolveReferenceOptions, type ReferenceOptions } from './reference-options.ts';
import type { ReferenceProfile } from './reference-profile.ts';

/**
 * Makes a reference profile of predictions in memory, e.g. of a validation set. For files, also larger than memory, see
 * `profileFromFile`.
 *
 * @throws DriftConfigurationError for a wrong option
 * @throws ReferenceProfileError where the predictions hold nothing to compare with
 * @example
 * ```ts
 * const reference = createReferenceProfile(validationSet, { modelType: 'document', modelVersion: '2026-11-01' });
 * saveReferenceProfile(reference, 'document.reference.json');
 * ```
 */
export function createReferenceProfile(
  predictions: Iterable<PredictionRow>,
  options: ReferenceOptions,
): ReferenceProfile {
  const builder = new ProfileBuilder(resolveReferenceOptions(options));
  // Two passes: what can be walked only once is kept.
  const rows = Array.isArray(predictions) ? (predictions as readonly PredictionRow[]) : [...predictions];
  for (const row of rows) {
    builder.learn(row);
  }
  builder.beginCounting();
  for (const row of rows) {
    builder.count(row);
  }
  return builder.finish();
}
