import type { ResolvedOptions } from '../options/resolved-options.ts';

/** What the recording side needs to know of the options. */
export type RecorderOptions = Pick<
  ResolvedOptions,
  | 'models'
  | 'labels'
  | 'limits'
  | 'latencyBucketsSeconds'
  | 'confidenceBuckets'
  | 'batchSizeBuckets'
  | 'nativeHistograms'
  | 'groundTruth'
  | 'exemplars'
>;

/** Phases have names in the code, not in the data: a service with more than this many has a mistake in it. */
export const PHASES_PER_MODEL = 32;

/** Sets of the user's labels with series of their own, per model: a product of labels must not grow without bound. */
export const LABEL_SETS_PER_MODEL = 1000;

/** How many values of all labels together may have series of their own, beyond what is declared. */
export function mostLabelValues({ models, labels, limits }: RecorderOptions): number {
  const labelSets = labels.length === 0 ? 0 : LABEL_SETS_PER_MODEL;
  const perModel = limits.classesPerModel + limits.errorCodesPerModel + PHASES_PER_MODEL + labelSets;
  const labelValues = labels.reduce((sum, label) => sum + label.max, 0);
  // The models twice: drift scores have a limit of their own.
  return (models.length + limits.models) * perModel + 2 * limits.models + labelValues;
}
