import type { OptionReader } from './option-reader.ts';
import type { ResolvedLimits } from './resolved-options.ts';

// Defaults: 50 models of 200 classes are 10,000 series, which a Prometheus bears from one process. The upper bounds
// stand where a limit would no longer protect anything.
const defaultLimits: ResolvedLimits = { models: 50, classesPerModel: 200, errorCodesPerModel: 50 };

/** @throws ConfigurationError for the first limit that is wrong */
export function resolveLimits(options: OptionReader): ResolvedLimits {
  const limits = options.section('limits');
  return {
    models: limits.integer('models', { min: 1, max: 1_000 }) ?? defaultLimits.models,
    classesPerModel: limits.integer('classesPerModel', { min: 1, max: 100_000 }) ?? defaultLimits.classesPerModel,
    errorCodesPerModel:
      limits.integer('errorCodesPerModel', { min: 1, max: 10_000 }) ?? defaultLimits.errorCodesPerModel,
  };
}
