/** A mounted cgroup hierarchy. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** Which folder of the hierarchy is mounted, `/` for all that the process may see of it. */
  readonly root: string;
  readonly mountPoint: string;
  /** The controllers of a v1 hierarchy, e.g. `cpu`, `cpuacct`; empty for v2. */
  readonly controllers: readonly string[];
}

/**
 * The cgroup mounts of `/proc/self/mountinfo`. A mount that hides an earlier one at the same place replaces it.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function parseCgroupMounts(mountInfo: string): readonly CgroupMount[] {
  const mounts = new Map<string, CgroupMount>();
  for (const line of mountInfo.split('\n')) {
    const mount = parseLine(line);
    if (mount !== undefined) {
      mounts.set(mount.mountPoint, mount);
    }
  }
  return [...mounts.values()];
}

function parseLine(line: string): CgroupMount | undefined {
  // The number of optional fields varies; a lone hyphen ends them.
  const separator = line.indexOf(' - ');
  if (separator < 0) {
    return undefined;
  }
  const [, , , root, mountPoint] = line.slice(0, separator).split(' ');
  const [type, , superOptions = ''] = line.slice(separator + 3).split(' ');
  if (root === undefined || mountPoint === undefined || (type !== 'cgroup' && type !== 'cgroup2')) {
    return undefined;
  }
  return {
    version: type === 'cgroup' ? 1 : 2,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    controllers: type === 'cgroup' ? superOptions.split(',') : [],
  };
}

// Blanks and backslashes in paths are written as \040 and the like.
function unescapeOctal(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
