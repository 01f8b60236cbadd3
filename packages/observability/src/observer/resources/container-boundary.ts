import { cgroupDirectory, parentCgroup } from './cgroup-location.ts';
import type { CgroupLocation } from './cgroup-location.ts';
import type { CgroupLimits } from './cgroup-reader.ts';

/** What the machine has; `undefined` where it does not tell. */
export interface HostCapacity {
  readonly cores: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** One cgroup on the way from the process up to the mount point. */
export interface CgroupLevel {
  /** Path below the mount point. */
  readonly path: string;
  readonly directory: string;
  readonly limits: CgroupLimits;
}

/** The cgroup of the process first, the mount point last. */
export async function readLevels(location: CgroupLocation): Promise<readonly CgroupLevel[]> {
  const levels: CgroupLevel[] = [];
  for (let path = location.path; ; path = parentCgroup(path)) {
    const directory = cgroupDirectory(location.mount, path);
    levels.push({ path, directory, limits: await location.reader.limits(directory) });
    if (path === '/') {
      return levels;
    }
  }
}

// Docker, containerd, CRI-O and Podman name a cgroup after the 64 hexadecimal digits of the container's id, alone
// or as in `docker-<id>.scope`; Amazon ECS has /ecs/<task>/<container>, LXC /lxc/<name> or /lxc.payload.<name>.
const CONTAINER_NAMES: readonly RegExp[] = [
  /[/:._-][0-9a-f]{64}(?:\.scope)?$/,
  /\/ecs\/[^/]+(?:\/[^/]+)?$/,
  /\/(?:docker|garden|lxc)\/[^/]+$/,
  /\/lxc\.payload[^/]*$/,
];

/**
 * Finds the cgroup whose use and limits concern this process, or `undefined` for the whole host. See
 * docs/decisions/0003-container-or-host.md. Going up from the process's cgroup, it is the first that
 *
 * 1. bears the name of a container, or
 * 2. has a memory limit, a processor quota or assigned processors that are less than what the host has, or
 * 3. is the top of what can be seen and yet not the kernel's root cgroup, as in a cgroup namespace.
 *
 * A service or session of systemd without limits is none of these: such a process lives on the host.
 *
 * @param levels of the location, from `readLevels`
 * @param previousPath the boundary of the sample before: it stays one while its limits cannot be read
 */
export function findContainerBoundary(
  location: CgroupLocation,
  levels: readonly CgroupLevel[],
  host: HostCapacity,
  previousPath: string | undefined,
): string | undefined {
  const prefix = location.mount.root === '/' ? '' : location.mount.root;
  for (const { path, limits } of levels) {
    if (path === '/') {
      return location.showsKernelRoot ? undefined : '/';
    }
    if (
      CONTAINER_NAMES.some((name) => name.test(prefix + path)) ||
      isTighter(limits, host) ||
      (path === previousPath && hasUnreadable(limits))
    ) {
      return path;
    }
  }
  return undefined;
}

function isTighter(limits: CgroupLimits, host: HostCapacity): boolean {
  return (
    isLess(limits.memoryBytes, host.memoryBytes) ||
    isLess(limits.quotaCores, host.cores) ||
    isLess(limits.assignedCores, host.cores)
  );
}

function isLess(limit: number | undefined, capacity = Infinity): boolean {
  return limit !== undefined && limit < capacity;
}

function hasUnreadable({ memoryBytes, quotaCores, assignedCores }: CgroupLimits): boolean {
  return memoryBytes === undefined || quotaCores === undefined || assignedCores === undefined;
}
