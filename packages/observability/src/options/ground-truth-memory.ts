import type { OptionReader } from './option-reader.ts';
import type { ResolvedGroundTruth } from './resolved-options.ts';

// Defaults: some ten minutes of predictions at 20 a second, for as long as a person takes to say what was right, and an
// accuracy over so many labels that its sampling error is below two per cent.
const defaultMemory: ResolvedGroundTruth = { maxPending: 10_000, expireAfterMs: 3_600_000, window: 1_000 };

/** A second at least, as time is looked at no oftener; a week at most, as labels that come later know their class. */
const expiryRange = { min: 1_000, max: 604_800_000 };

/** A million remembered predictions are some 100 MB. */
const countRange = { min: 1, max: 1_000_000 };

/** @throws ConfigurationError for the first option that is wrong */
export function resolveGroundTruth(options: OptionReader): ResolvedGroundTruth {
  const memory = options.section('groundTruth');
  return {
    maxPending: memory.integer('maxPending', countRange) ?? defaultMemory.maxPending,
    expireAfterMs: memory.integer('expireAfterMs', expiryRange) ?? defaultMemory.expireAfterMs,
    window: memory.integer('window', countRange) ?? defaultMemory.window,
  };
}
