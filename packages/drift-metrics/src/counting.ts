// What counting takes and no more, for the thread that serves: detectors and divergences are not loaded for it.
export {
  createCountLayout,
  type BinnedSignalLayout,
  type CountLayout,
  type SignalLayout,
} from './engine/count-layout.ts';
export { ALERT_TYPES, type AlertType } from './engine/alert-type.ts';
export { ALERT_COUNTS_AT, stateLength } from './engine/model-state.ts';
export { ReferenceProfileError } from './errors/reference-profile-error.ts';
export { checkReferenceProfile } from './reference/parse-reference-profile.ts';
export { loadReferenceProfile } from './reference/reference-file.ts';
export { shortHash, type ReferenceProfile } from './reference/reference-profile.ts';
export type { SignalBins } from './reference/signal-bins.ts';
