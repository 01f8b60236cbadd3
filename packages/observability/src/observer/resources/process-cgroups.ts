/** The cgroups of this process: one path per v1 controller, and the one of v2. */
export interface ProcessCgroups {
  /** Path by v1 controller, e.g. `memory`; empty on a pure v2 system. */
  readonly v1: ReadonlyMap<string, string>;
  readonly v2: string | undefined;
}

/**
 * Reads `/proc/self/cgroup`. Paths are as seen from the cgroup namespace of the process: in a container with a
 * namespace of its own the path is `/`. A path that leaves the namespace (`/../…`) or whose cgroup was removed
 * cannot be found in the file system and is left out.
 *
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 */
export function parseProcessCgroups(text: string): ProcessCgroups | undefined {
  const v1 = new Map<string, string>();
  let v2: string | undefined;
  let lines = 0;
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) {
      continue;
    }
    lines += 1;
    const [, controllers = '', path = '/'] = match;
    if (path.split('/').includes('..') || path.endsWith(' (deleted)')) {
      continue;
    }
    if (controllers === '') {
      v2 = path;
    } else {
      for (const controller of controllers.split(',')) {
        v1.set(controller, path);
      }
    }
  }
  return lines === 0 ? undefined : { v1, v2 };
}
