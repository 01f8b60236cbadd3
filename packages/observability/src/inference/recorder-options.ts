import type { ResolvedOptions } from '../options/resolved-options.ts';

/** What the recording side needs to know of the options. */
export type RecorderOptions = Pick<
  ResolvedOptions,
  'models' | 'labels' | 'limits' | 'latencyBucketsSeconds' | 'confidenceBuckets' | 'batchSizeBuckets' | 'groundTruth'
>;
