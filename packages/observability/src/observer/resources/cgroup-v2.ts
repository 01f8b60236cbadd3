import { workingSet } from './cgroup-reader.ts';
import type { CgroupLimits, CgroupMemory, CgroupReader } from './cgroup-reader.ts';
import { parseCount, parseCpuList, parseCpuMax, parseLimit, parseStatistics } from './cgroup-text.ts';
import type { ValueFiles } from './value-files.ts';

const SECONDS_PER_MICROSECOND = 1e-6;

const NO_STATISTICS: ReadonlyMap<string, number> = new Map();

class CgroupV2Reader implements CgroupReader {
  readonly version = 2;
  readonly #files: ValueFiles;

  constructor(files: ValueFiles) {
    this.#files = files;
  }

  isCgroup(directory: string): Promise<boolean> {
    return this.#files.exists(`${directory}/cgroup.controllers`);
  }

  async isKernelRoot(directory: string): Promise<boolean> {
    // The kernel makes both files in every cgroup but its root; the second needs the memory controller.
    const [events, memory] = await Promise.all([
      this.#files.exists(`${directory}/cgroup.events`),
      this.#files.exists(`${directory}/memory.current`),
    ]);
    return !events && !memory;
  }

  async limits(directory: string): Promise<CgroupLimits> {
    const [memoryBytes, quotaCores, assignedCores] = await Promise.all([
      this.#files.optional(`${directory}/memory.max`, parseLimit, Infinity),
      this.#files.optional(`${directory}/cpu.max`, parseCpuMax, Infinity),
      this.#files.optional(`${directory}/cpuset.cpus`, parseCpuList, Infinity),
    ]);
    return { memoryBytes, quotaCores, assignedCores };
  }

  effectiveCores(directory: string): Promise<number | undefined> {
    return this.#files.optional(`${directory}/cpuset.cpus.effective`, parseCpuList, Infinity);
  }

  async memory(directory: string): Promise<CgroupMemory> {
    const usage = await this.#files.required(`${directory}/memory.current`, parseCount);
    const inactiveFile = await this.#files.required(`${directory}/memory.stat`, (text) =>
      parseStatistics(text)?.get('inactive_file'),
    );
    return { workingSetBytes: workingSet(usage, inactiveFile), inheritedLimitBytes: Infinity };
  }

  async cpuUsageSeconds(directory: string): Promise<number | undefined> {
    const usage = await this.#files.required(`${directory}/cpu.stat`, (text) =>
      parseStatistics(text)?.get('usage_usec'),
    );
    return usage === undefined ? undefined : usage * SECONDS_PER_MICROSECOND;
  }

  async throttledSeconds(directory: string): Promise<number | undefined> {
    const statistics = await this.#files.optional(`${directory}/cpu.stat`, parseStatistics, NO_STATISTICS);
    const throttled = statistics?.get('throttled_usec');
    return throttled === undefined ? undefined : throttled * SECONDS_PER_MICROSECOND;
  }
}

/** @see https://docs.kernel.org/admin-guide/cgroup-v2.html */
export function createCgroupV2Reader(files: ValueFiles): CgroupReader {
  return new CgroupV2Reader(files);
}
