import { GRID_OFFSET, GRID_SCALE, GRID_ZERO_THRESHOLD } from '../../store/histogram-grid.ts';
import { NO_BUCKETS, type NativeHistogram } from './native-histogram.ts';

/** The native histogram of a series of the store. @param grid its counts, good for as long as they stay */
export function nativeOfGrid(grid: Float64Array): NativeHistogram {
  return {
    schema: GRID_SCALE,
    zeroThreshold: GRID_ZERO_THRESHOLD,
    zeroCount: grid[0]!,
    negative: NO_BUCKETS,
    // Where OpenTelemetry counts from 0, Prometheus counts from 1.
    positive: { firstIndex: GRID_OFFSET + 1, counts: grid.subarray(1) },
  };
}
