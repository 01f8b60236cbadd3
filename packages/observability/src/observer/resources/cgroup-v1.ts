import { workingSet } from './cgroup-reader.ts';
import type { CgroupLimits, CgroupMemory, CgroupReader } from './cgroup-reader.ts';
import { coresOf, parseCount, parseCpuList, parseQuota, parseStatistics } from './cgroup-text.ts';
import type { ValueFiles } from './value-files.ts';

const SECONDS_PER_NANOSECOND = 1e-9;

// "No limit" is the largest whole number of pages below 2^63, which depends on the size of a page.
const UNLIMITED_FROM_BYTES = 2 ** 62;

const NO_STATISTICS: ReadonlyMap<string, number> = new Map();

class CgroupV1Reader implements CgroupReader {
  readonly version = 1;
  readonly #files: ValueFiles;

  constructor(files: ValueFiles) {
    this.#files = files;
  }

  isCgroup(directory: string): Promise<boolean> {
    return this.#files.exists(`${directory}/cgroup.procs`);
  }

  async isKernelRoot(directory: string): Promise<boolean> {
    // The kernel makes both files in the root of a hierarchy alone; which of them depends on its age.
    const [releaseAgent, saneBehavior] = await Promise.all([
      this.#files.exists(`${directory}/release_agent`),
      this.#files.exists(`${directory}/cgroup.sane_behavior`),
    ]);
    return releaseAgent || saneBehavior;
  }

  // Asked of every hierarchy: a file of another controller is missing there, which means no limit.
  async limits(directory: string): Promise<CgroupLimits> {
    const [memoryBytes, quota, period] = await Promise.all([
      this.#files.optional(`${directory}/memory.limit_in_bytes`, parseCount, Infinity),
      this.#files.optional(`${directory}/cpu.cfs_quota_us`, parseQuota, Infinity),
      this.#files.optional(`${directory}/cpu.cfs_period_us`, parseCount, 0),
    ]);
    return {
      memoryBytes: unlessUnlimited(memoryBytes),
      quotaCores: coresOf(quota, period),
      // v1 fills cpuset.cpus of every cgroup, so the file tells of no purpose.
      assignedCores: Infinity,
    };
  }

  async effectiveCores(directory: string): Promise<number | undefined> {
    const effective = await this.#files.optional(`${directory}/cpuset.effective_cpus`, parseCpuList, -1);
    // Kernels before 4.0 have no effective list.
    return effective === -1 ? this.#files.optional(`${directory}/cpuset.cpus`, parseCpuList, Infinity) : effective;
  }

  async memory(directory: string): Promise<CgroupMemory> {
    const usage = await this.#files.required(`${directory}/memory.usage_in_bytes`, parseCount);
    const statistics = await this.#files.required(`${directory}/memory.stat`, (text) => {
      const parsed = parseStatistics(text);
      return parsed?.has('total_inactive_file') ? parsed : undefined;
    });
    return {
      workingSetBytes: workingSet(usage, statistics?.get('total_inactive_file')),
      inheritedLimitBytes: unlessUnlimited(statistics?.get('hierarchical_memory_limit')) ?? Infinity,
    };
  }

  async cpuUsageSeconds(directory: string): Promise<number | undefined> {
    const usage = await this.#files.required(`${directory}/cpuacct.usage`, parseCount);
    return usage === undefined ? undefined : usage * SECONDS_PER_NANOSECOND;
  }

  async throttledSeconds(directory: string): Promise<number | undefined> {
    const statistics = await this.#files.optional(`${directory}/cpu.stat`, parseStatistics, NO_STATISTICS);
    const throttled = statistics?.get('throttled_time');
    return throttled === undefined ? undefined : throttled * SECONDS_PER_NANOSECOND;
  }
}

function unlessUnlimited(limit: number | undefined): number | undefined {
  return limit !== undefined && limit >= UNLIMITED_FROM_BYTES ? Infinity : limit;
}

/** @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html */
export function createCgroupV1Reader(files: ValueFiles): CgroupReader {
  return new CgroupV1Reader(files);
}
