export { ConfigurationError } from './errors/configuration-error.ts';
export { ListenFailedError } from './errors/listen-failed-error.ts';
export { PortInUseError } from './errors/port-in-use-error.ts';
export { initObservability } from './init-observability.ts';
export { version } from './version.ts';

export type { InferenceMethodDecorator, TrackInferences } from './inference/instrument/decorator.ts';
export type { GroundTruthRecord, RecordGroundTruth } from './inference/ground-truth/ground-truth.ts';
export type {
  EndedOutcome,
  InferenceOutcome,
  InferenceRecord,
  InferenceStartOptions,
  InferenceTimer,
  PredictedClass,
  Prediction,
} from './inference/inference-types.ts';
export type { Instrument } from './inference/instrument/instrument.ts';
export type { ExtractedOutcome, InstrumentOptions } from './inference/instrument/options.ts';
export type { AlertType, BinContribution, DriftAlert, ReferenceProfile } from '@inferometer/drift-metrics';
export type { DriftType, DriftValues } from './manual-metrics/drift-update.ts';
export type { ResourceValues } from './manual-metrics/resource-update.ts';
export type { Observability, ResourceMonitor } from './observability.ts';
export type { ObservabilityReady } from './observer/observer-host.ts';
export type * from './options/observability-options.ts';
