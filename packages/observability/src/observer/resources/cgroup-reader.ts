/** What a cgroup itself allows, not counting its ancestors: `Infinity` for no limit, `undefined` where unreadable. */
export interface CgroupLimits {
  readonly memoryBytes: number | undefined;
  /** The quota in cores, fractional. */
  readonly quotaCores: number | undefined;
  /** How many processors were assigned to it on purpose. */
  readonly assignedCores: number | undefined;
}

/** Memory that a cgroup and its descendants use. */
export interface CgroupMemory {
  /** Usage less the file cache that the kernel would give up first, as Kubernetes measures it. */
  readonly workingSetBytes: number | undefined;
  /** The tightest limit that an ancestor sets, where the cgroup tells it; else `Infinity`. */
  readonly inheritedLimitBytes: number;
}

/** Reads folders of one version of the cgroup file system. Nothing rejects; what cannot be told is `undefined`. */
export interface CgroupReader {
  readonly version: 1 | 2;
  /** Whether the folder is a cgroup at all. */
  isCgroup(directory: string): Promise<boolean>;
  /** Whether the folder is the kernel's own root cgroup, which holds the whole machine. */
  isKernelRoot(directory: string): Promise<boolean>;
  limits(directory: string): Promise<CgroupLimits>;
  /** Processors that the cgroup may use in effect, its ancestors counted; `Infinity` where not restricted. */
  effectiveCores(directory: string): Promise<number | undefined>;
  memory(directory: string): Promise<CgroupMemory>;
  /** Processor time used since the cgroup was made, in seconds. */
  cpuUsageSeconds(directory: string): Promise<number | undefined>;
  /** Time that it was held back by its own quota, in seconds; `undefined` where no quota is kept. */
  throttledSeconds(directory: string): Promise<number | undefined>;
}

/**
 * Working set: usage less inactive file cache, at least 0. The two come from two files, and usage is counted in
 * batches for each processor, so in a cgroup that holds nothing but cache the difference can be slightly negative.
 *
 * @see https://github.com/google/cadvisor/blob/master/container/libcontainer/handler.go
 */
export function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  return usage === undefined || inactiveFile === undefined ? undefined : Math.max(0, usage - inactiveFile);
}
