// Every library gets the bounds that ours has by default.
export {
  defaultBatchSizeBuckets as batchSizeBuckets,
  defaultConfidenceBuckets as confidenceBuckets,
  defaultLatencyBucketsSeconds as latencyBucketsSeconds,
} from '../../packages/observability/src/options/bucket-bounds.ts';
