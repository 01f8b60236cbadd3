import type { CpuCounter } from './cpu-percent.ts';

/** Whose processors and memory are told: those of the container that this process lives in, or the whole host's. */
export type ResourceScope = 'container' | 'host';

/** One look at the resources; what cannot be told is `undefined`. */
export interface ResourceReading {
  readonly scope: ResourceScope;
  readonly cpuCounter: CpuCounter | undefined;
  readonly cpuLimitCores: number | undefined;
  readonly cpuThrottledSeconds: number | undefined;
  readonly memoryUsedBytes: number | undefined;
  readonly memoryLimitBytes: number | undefined;
}
