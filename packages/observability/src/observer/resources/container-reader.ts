import type { CgroupController, CgroupLocation, CgroupLocations } from './cgroup-location.ts';
import type { CgroupReader } from './cgroup-reader.ts';
import { findContainerBoundary, readLevels } from './container-boundary.ts';
import type { CgroupLevel } from './container-boundary.ts';
import type { CgroupCpuCounter } from './cpu-percent.ts';
import type { HostReading } from './host-reader.ts';
import type { ResourceReading } from './resource-reading.ts';

/** Reads the container that this process lives in; never rejects. */
export interface ContainerReader {
  /** @returns `undefined` where the process lives in no container */
  read(locations: CgroupLocations, host: HostReading): Promise<ResourceReading | undefined>;
}

/** The container in one hierarchy: its cgroup, then those above it. */
interface ContainerPlace {
  readonly reader: CgroupReader;
  readonly directory: string;
  readonly levels: readonly CgroupLevel[];
}

/** A hierarchy with the cgroups of this process, and the path of its container if it shows one. */
interface Hierarchy {
  readonly location: CgroupLocation;
  readonly levels: readonly CgroupLevel[];
  readonly boundary: string | undefined;
}

// A reading that took longer (the event loop was held, say, by an inference) tells its own time badly.
const PROMPT_MS = 20;
const MAX_ATTEMPTS = 3;

class CgroupContainerReader implements ContainerReader {
  readonly #now: () => number;
  readonly #boundaries = new WeakMap<CgroupLocation, string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async read(locations: CgroupLocations, host: HostReading): Promise<ResourceReading | undefined> {
    const hierarchies: Hierarchy[] = [];
    for (const location of new Set(locations.values())) {
      hierarchies.push(await this.#readHierarchy(location, host));
    }
    const anchor = hierarchies.find(({ boundary }) => boundary !== undefined);
    if (anchor === undefined) {
      return undefined;
    }
    const placeOf = (controller: CgroupController): ContainerPlace | undefined =>
      findPlace(
        hierarchies.find(({ location }) => location === locations.get(controller)),
        anchor,
      );
    return {
      scope: 'container',
      ...(await readMemory(placeOf('memory'), host)),
      ...(await this.#readCpu(placeOf, host)),
    };
  }

  async #readHierarchy(location: CgroupLocation, host: HostReading): Promise<Hierarchy> {
    const levels = await readLevels(location);
    const boundary = findContainerBoundary(location, levels, host, this.#boundaries.get(location));
    if (boundary === undefined) {
      this.#boundaries.delete(location);
    } else {
      this.#boundaries.set(location, boundary);
    }
    return { location, levels, boundary };
  }

  async #readCpu(
    placeOf: (controller: CgroupController) => ContainerPlace | undefined,
    host: HostReading,
  ): Promise<Pick<ResourceReading, 'cpuCounter' | 'cpuLimitCores' | 'cpuThrottledSeconds'>> {
    const [accounting, cpu, cpuset] = [placeOf('cpuacct'), placeOf('cpu'), placeOf('cpuset')];
    const cpuThrottledSeconds = await cpu?.reader.throttledSeconds(cpu.directory);
    if (accounting === undefined) {
      return { cpuCounter: host.cpuCounter, cpuLimitCores: host.cores, cpuThrottledSeconds };
    }
    const cores = known(
      tightest([
        ...(cpu?.levels ?? []).flatMap(({ limits }) => [limits.quotaCores, limits.assignedCores]),
        cpuset === undefined ? Infinity : await cpuset.reader.effectiveCores(cpuset.directory),
        host.cores ?? Infinity,
      ]),
    );
    const cpuCounter = cores === undefined ? undefined : await this.#readCounter(accounting, cores);
    return { cpuCounter, cpuLimitCores: cores, cpuThrottledSeconds };
  }

  async #readCounter(
    { reader, directory }: ContainerPlace,
    capacityCores: number,
  ): Promise<CgroupCpuCounter | undefined> {
    let best: CgroupCpuCounter | undefined;
    let bestDurationMs = Infinity;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && bestDurationMs > PROMPT_MS; attempt += 1) {
      const before = this.#now();
      const usageSeconds = await reader.cpuUsageSeconds(directory);
      const durationMs = this.#now() - before;
      if (usageSeconds === undefined) {
        return undefined;
      }
      if (durationMs < bestDurationMs) {
        bestDurationMs = durationMs;
        best = { kind: 'cgroup', directory, usageSeconds, readAtMs: before + durationMs / 2, capacityCores };
      }
    }
    return best;
  }
}

async function readMemory(
  place: ContainerPlace | undefined,
  host: HostReading,
): Promise<Pick<ResourceReading, 'memoryUsedBytes' | 'memoryLimitBytes'>> {
  if (place === undefined) {
    return { memoryUsedBytes: host.memoryUsedBytes, memoryLimitBytes: host.memoryBytes };
  }
  const { workingSetBytes, inheritedLimitBytes } = await place.reader.memory(place.directory);
  const limits = place.levels.map(({ limits: { memoryBytes } }) => memoryBytes);
  const limit = tightest([...limits, inheritedLimitBytes, host.memoryBytes ?? Infinity]);
  return { memoryUsedBytes: workingSetBytes, memoryLimitBytes: known(limit) };
}

/**
 * On v1 a resource may not be divided among containers: the process is in the kernel's root cgroup of that hierarchy,
 * and so its group is the host. Such a resource is told as the host's.
 *
 * @param now monotonic milliseconds
 */
export function createContainerReader(now: () => number): ContainerReader {
  return new CgroupContainerReader(now);
}

// On v1 a hierarchy may show no boundary of its own, as the one of the processors where a unit has a memory limit
// alone; there the cgroup of the same name is the container.
function findPlace(hierarchy: Hierarchy | undefined, anchor: Hierarchy): ContainerPlace | undefined {
  if (hierarchy === undefined) {
    return undefined;
  }
  const { location, levels, boundary } = hierarchy;
  const name = fullName(anchor.location, anchor.boundary);
  const index = levels.findIndex(({ path }) =>
    boundary === undefined ? path !== '/' && fullName(location, path) === name : path === boundary,
  );
  const container = levels[index];
  return container && { reader: location.reader, directory: container.directory, levels: levels.slice(index) };
}

function fullName({ mount }: CgroupLocation, path = '/'): string {
  return mount.root === '/' ? path : mount.root + path;
}

/** The least; `undefined` where one of them is unknown, for that one might be the least. */
function tightest(limits: readonly (number | undefined)[]): number | undefined {
  let least = Infinity;
  for (const limit of limits) {
    if (limit === undefined) {
      return undefined;
    }
    least = Math.min(least, limit);
  }
  return least;
}

function known(limit: number | undefined): number | undefined {
  return limit === Infinity ? undefined : limit;
}
