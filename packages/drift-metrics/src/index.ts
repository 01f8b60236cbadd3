export { DriftConfigurationError } from './errors/drift-configuration-error.ts';
export { ReferenceProfileError, type ReferenceProfileFault } from './errors/reference-profile-error.ts';
export { createReferenceProfile } from './reference/create-reference-profile.ts';
export { loadReferenceProfile, saveReferenceProfile } from './reference/reference-file.ts';
export { checkReferenceProfile, parseReferenceProfile } from './reference/parse-reference-profile.ts';
export type { ReferenceOptions } from './reference/reference-options.ts';
export type { PredictionRow } from './reference/prediction-row.ts';
export {
  shortHash,
  signalKey,
  type CalibrationTable,
  type CategoricalSignal,
  type NumericSignal,
  type ReferenceProfile,
  type ReferenceSignal,
  type SignalRole,
} from './reference/reference-profile.ts';
export { createSignalBins, type SignalBins } from './reference/signal-bins.ts';
export type { CsvColumns } from './files/csv-rows.ts';
export {
  profileFromFile,
  type ProfileFromFileOptions,
  type ProfileProgress,
  type ProfileReport,
} from './files/profile-from-file.ts';
export { chiSquareTest, type ChiSquareResult } from './divergences/chi-square.ts';
export { hellingerDistance } from './divergences/hellinger.ts';
export { jensenShannonDistance } from './divergences/jensen-shannon.ts';
export { kolmogorovSmirnovDistance } from './divergences/kolmogorov-smirnov.ts';
export {
  correctedPopulationStabilityIndex,
  expectedStabilityIndex,
  populationStabilityContributions,
  populationStabilityIndex,
} from './divergences/population-stability-index.ts';
export type { Counts } from './divergences/smoothed-shares.ts';
export { totalVariationDistance } from './divergences/total-variation.ts';
export { scaledWassersteinDistance, wassersteinDistance } from './divergences/wasserstein.ts';
