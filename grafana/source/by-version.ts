import { bare } from './promql.ts';

/** Labels that tell a version of a model. */
export const versionKeys = ['model_type', 'model_version', 'owner'] as const;

/**
 * Series of models with their version and owner, as the target that reports them has declared it; those of models that
 * no target has declared stay as they are. What is left of a target that is gone has no version, and is left out.
 */
export function byVersion(expression: string): string {
  const information = bare('inference.model.info');
  const known = `${expression} * on (job, instance, model_type) group_left (model_version, owner) ${information}`;
  return `(${known} or (${expression} unless on (job, model_type) ${information}))`;
}
