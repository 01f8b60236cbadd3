/** A reading of processor time that grows; two of them make a percentage. */
export type CpuCounter = HostCpuCounter | CgroupCpuCounter;

/** All processors of the host: what they did and what they could have done, in any one unit. */
export interface HostCpuCounter {
  readonly kind: 'host';
  readonly busy: number;
  readonly total: number;
}

/** The processor time of a cgroup. */
export interface CgroupCpuCounter {
  readonly kind: 'cgroup';
  /** The folder that was read; the counters of two cgroups have nothing to do with each other. */
  readonly directory: string;
  readonly usageSeconds: number;
  /** Monotonic time of the reading, in milliseconds. */
  readonly readAtMs: number;
  /** Cores that count as 100%. */
  readonly capacityCores: number;
}

/**
 * Processor use between two readings, in percent of the capacity.
 *
 * `100 × used / available`: for a cgroup used processor seconds over elapsed seconds times capacity in cores, for the
 * host busy over total time. The result is cut at 100. The kernel accounts in ticks and a quota lets a cgroup run
 * over for a moment (and by as much as `cpu.max.burst`), so 100.4 is noise to whoever alerts on it; how far a
 * cgroup is beyond its quota is told by its throttled time.
 *
 * @returns 0 to 100, or `undefined` where the readings cannot be compared: another cgroup, no time between them, or a
 * counter that jumped back
 */
export function cpuPercentBetween(before: CpuCounter, after: CpuCounter): number | undefined {
  if (before.kind === 'host' && after.kind === 'host') {
    return percentOf(after.busy - before.busy, after.total - before.total);
  }
  if (before.kind === 'cgroup' && after.kind === 'cgroup' && before.directory === after.directory) {
    const elapsedSeconds = (after.readAtMs - before.readAtMs) / 1000;
    return percentOf(after.usageSeconds - before.usageSeconds, elapsedSeconds * after.capacityCores);
  }
  return undefined;
}

function percentOf(used: number, available: number): number | undefined {
  return used >= 0 && available > 0 ? Math.min(100, (100 * used) / available) : undefined;
}
