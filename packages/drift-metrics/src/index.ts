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
export type { PredictionColumns } from './files/prediction-columns.ts';
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
export { isOrdered, type DivergenceName } from './divergences/score-divergence.ts';
export { accuracyDrop } from './performance/accuracy-drop.ts';
export { estimatedAccuracy, type EstimatedAccuracy } from './performance/estimated-accuracy.ts';
export { createCalibrationTable } from './reference/calibration-table.ts';
export { createErrorEvidence } from './detector/error-evidence.ts';
export type { Evidence } from './detector/evidence.ts';
export { createShareEvidence } from './detector/share-evidence.ts';
export type { BinContribution, DriftAlert } from './engine/drift-alert.ts';
export {
  createCountLayout,
  type BinnedSignalLayout,
  type CountLayout,
  type SignalLayout,
} from './engine/count-layout.ts';
export {
  createDriftEngine,
  driftStateLength,
  type DriftEngine,
  type ModelCounts,
  type WatchedModel,
} from './engine/drift-engine.ts';
export { driftMetricDefinitions, type DriftMetricDefinition } from './engine/drift-metric-definitions.ts';
export type { AlertType } from './engine/alert-type.ts';
export type { DriftOptions, PerAlertType } from './engine/drift-options.ts';
export type { DriftPoint } from './engine/drift-points.ts';
export type { ModelDrift, SignalDrift } from './engine/model-drift.ts';
export { driftRules, type DriftRule, type DriftRuleGroup, type DriftRuleOptions } from './fleet/drift-rules.ts';
export { createObservationCounter, type CountObservation } from './monitor/count-observation.ts';
export {
  createDriftMonitor,
  type DriftMonitor,
  type DriftMonitorOptions,
  type MonitorReference,
} from './monitor/create-drift-monitor.ts';
export type { DriftObservation } from './monitor/observation.ts';
export { createWarmUp, type WarmUp } from './monitor/warm-up.ts';
