import type { CgroupReader } from './cgroup-reader.ts';
import { parseCgroupMounts } from './mount-table.ts';
import type { CgroupMount } from './mount-table.ts';
import type { ProcessCgroups } from './process-cgroups.ts';
import type { ValueFiles } from './value-files.ts';

/** The controllers that tell about processors and memory. */
export type CgroupController = 'cpu' | 'cpuacct' | 'cpuset' | 'memory';

/** Where the cgroup of this process lies in the file system. */
export interface CgroupLocation {
  readonly reader: CgroupReader;
  readonly mount: CgroupMount;
  /** Path of the process's cgroup below the mount point, `/` for the mount point itself. */
  readonly path: string;
  /** Whether the mount point shows the kernel's root cgroup, so that cgroups of the host are in sight. */
  readonly showsKernelRoot: boolean;
}

/** By controller; on v2 every controller has the same location object. */
export type CgroupLocations = ReadonlyMap<CgroupController, CgroupLocation>;

/** How to read either version. */
export interface CgroupReaders {
  readonly v1: CgroupReader;
  readonly v2: CgroupReader;
}

const CONTROLLERS: readonly CgroupController[] = ['cpu', 'cpuacct', 'cpuset', 'memory'];

/**
 * Finds the cgroup folders of this process. A hybrid system has some controllers in v1 hierarchies and the rest in
 * v2: each is looked up where it lives. A controller that cannot be found is not in the result.
 */
export async function locateCgroups(
  cgroups: ProcessCgroups,
  files: ValueFiles,
  readers: CgroupReaders,
): Promise<CgroupLocations> {
  const mounts = (await files.optional('/proc/self/mountinfo', parseCgroupMounts, [])) ?? [];
  const version2 = await locate(
    readers.v2,
    mounts.filter((mount) => mount.version === 2),
    cgroups.v2,
  );
  const locations = new Map<CgroupController, CgroupLocation>();
  for (const controller of CONTROLLERS) {
    const location =
      (await locate(
        readers.v1,
        mounts.filter((mount) => mount.controllers.includes(controller)),
        cgroups.v1.get(controller),
      )) ?? version2;
    if (location !== undefined) {
      locations.set(controller, location);
    }
  }
  return locations;
}

async function locate(
  reader: CgroupReader,
  mounts: readonly CgroupMount[],
  cgroup: string | undefined,
): Promise<CgroupLocation | undefined> {
  if (cgroup === undefined) {
    return undefined;
  }
  const mount = mounts.filter(({ root }) => isWithin(cgroup, root)).sort(byVisibility)[0];
  if (mount === undefined) {
    return undefined;
  }
  // A path as the host knows it is not to be found below a mount that begins at the container: then the nearest
  // folder above it that exists is the container's own.
  let path = mount.root === '/' ? cgroup : cgroup.slice(mount.root.length) || '/';
  while (path !== '/' && !(await reader.isCgroup(cgroupDirectory(mount, path)))) {
    path = parentCgroup(path);
  }
  return { reader, mount, path, showsKernelRoot: await reader.isKernelRoot(mount.mountPoint) };
}

function isWithin(path: string, root: string): boolean {
  return root === '/' || path === root || path.startsWith(`${root}/`);
}

// The mount that shows the most ancestors first; among equals the usual place before, say, a bind mount in a tool.
function byVisibility(left: CgroupMount, right: CgroupMount): number {
  return left.root.length - right.root.length || usualPlaceFirst(left) - usualPlaceFirst(right);
}

function usualPlaceFirst(mount: CgroupMount): number {
  return mount.mountPoint.startsWith('/sys/fs/cgroup') ? 0 : 1;
}

/** The folder of the cgroup `path` below a mount. */
export function cgroupDirectory(mount: CgroupMount, path: string): string {
  return path === '/' ? mount.mountPoint : `${mount.mountPoint}${path}`;
}

/** `/a` of `/a/b`, `/` of `/a`. */
export function parentCgroup(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
