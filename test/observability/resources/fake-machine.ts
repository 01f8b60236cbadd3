import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A machine whose kernel files are a temporary folder. */
export interface FakeMachine {
  readonly root: string;
  /** Writes files by absolute path, e.g. `/proc/self/cgroup`. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(path: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function createFakeMachine(files: Readonly<Record<string, string>>): Promise<FakeMachine> {
  const root = await mkdtemp(join(tmpdir(), 'inferometer-machine-'));
  const machine: FakeMachine = {
    root,
    async write(more) {
      for (const [path, text] of Object.entries(more)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
    },
    remove: (path) => rm(join(root, path), { recursive: true }),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
  await machine.write(files);
  return machine;
}

export const GIBIBYTE: number = 1024 ** 3;
export const MEBIBYTE: number = 1024 ** 2;

/** Four cores, 8 GiB of which 6 are available. Ticks of 10 ms, as the kernel writes them. */
export const hostFiles: Readonly<Record<string, string>> = {
  '/proc/stat': procStat(1000, 9000),
  '/proc/meminfo': `MemTotal:        8388608 kB\nMemFree:          102400 kB\nMemAvailable:    6291456 kB\n`,
};

export const HOST_MEMORY_BYTES: number = 8 * GIBIBYTE;

/** `/proc/stat` of four cores that were busy (user) and idle for so many ticks together. */
export function procStat(busy: number, idle: number): string {
  const cores = [0, 1, 2, 3].map((core) => `cpu${core} ${busy / 4} 0 0 ${idle / 4} 0 0 0 0 0 0`);
  return [`cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0`, ...cores, 'intr 12345 0 0', 'ctxt 99', ''].join('\n');
}

/** A pure cgroup v2 system. */
export const v2Mount: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': [
    '22 1 0:21 / /proc rw,relatime shared:12 - proc proc rw',
    '23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '35 23 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate',
    '',
  ].join('\n'),
};

/** What a v2 cgroup holds; `directory` lies below /sys/fs/cgroup. */
export function v2Cgroup(
  directory: string,
  {
    memoryMax = 'max',
    cpuMax = 'max 100000',
    memoryCurrent = 300 * MEBIBYTE,
    inactiveFile = 100 * MEBIBYTE,
    usageMicroseconds = 5_000_000,
    throttledMicroseconds = 0,
  } = {},
): Readonly<Record<string, string>> {
  const path = `/sys/fs/cgroup${directory === '/' ? '' : directory}`;
  return {
    [`${path}/cgroup.controllers`]: 'cpuset cpu io memory pids\n',
    [`${path}/cgroup.events`]: 'populated 1\nfrozen 0\n',
    [`${path}/memory.max`]: `${memoryMax}\n`,
    [`${path}/memory.current`]: `${memoryCurrent}\n`,
    [`${path}/memory.stat`]: `anon 1\nfile 2\ninactive_anon 3\nactive_file 4\ninactive_file ${inactiveFile}\n`,
    [`${path}/cpu.max`]: `${cpuMax}\n`,
    ...v2CpuStat(path, usageMicroseconds, throttledMicroseconds),
  };
}

/** `cpu.stat` below the full path of a v2 cgroup. */
export function v2CpuStat(path: string, usageMicroseconds: number, throttled = 0): Readonly<Record<string, string>> {
  return {
    [`${path}/cpu.stat`]: `usage_usec ${usageMicroseconds}\nuser_usec 1\nsystem_usec 1\nnr_throttled 2\nthrottled_usec ${throttled}\n`,
  };
}

/** The kernel's root cgroup of v2, which has none of the files of the others. */
export const v2KernelRoot: Readonly<Record<string, string>> = {
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
  '/sys/fs/cgroup/cpu.stat': 'usage_usec 100000000\n',
  '/sys/fs/cgroup/memory.stat': 'anon 1\ninactive_file 2\n',
};

/** No limit, as cgroup v1 writes it with pages of 4 KiB. */
export const V1_UNLIMITED = '9223372036854771712';

/** A v1 system with its controllers mounted apart, each showing `root` of its hierarchy. */
export function v1Mount(root = '/'): Readonly<Record<string, string>> {
  return {
    '/proc/self/mountinfo': [
      '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
      `32 31 0:29 ${root} /sys/fs/cgroup/cpu,cpuacct ro,relatime master:10 - cgroup cgroup rw,cpu,cpuacct`,
      `35 31 0:32 ${root} /sys/fs/cgroup/memory ro,relatime master:11 - cgroup cgroup rw,memory`,
      `36 31 0:33 ${root} /sys/fs/cgroup/cpuset ro,relatime master:12 - cgroup cgroup rw,cpuset`,
      `40 31 0:37 ${root} /sys/fs/cgroup/systemd ro,relatime master:13 - cgroup cgroup rw,name=systemd`,
      '',
    ].join('\n'),
  };
}

/** The cgroup of a v1 system in all three hierarchies. */
export function v1Cgroup(
  directory: string,
  {
    memoryLimit = V1_UNLIMITED,
    hierarchicalLimit = V1_UNLIMITED,
    quotaMicroseconds = -1,
    cpus = '0-3',
    usageNanoseconds = 5_000_000_000,
  } = {},
): Readonly<Record<string, string>> {
  const below = directory === '/' ? '' : directory;
  const [cpu, memory, cpuset] = ['cpu,cpuacct', 'memory', 'cpuset'].map((name) => `/sys/fs/cgroup/${name}${below}`);
  return {
    [`${cpu}/cgroup.procs`]: '1\n',
    [`${cpu}/cpu.cfs_quota_us`]: `${quotaMicroseconds}\n`,
    [`${cpu}/cpu.cfs_period_us`]: '100000\n',
    [`${cpu}/cpu.stat`]: 'nr_periods 10\nnr_throttled 2\nthrottled_time 2500000000\n',
    [`${cpu}/cpuacct.usage`]: `${usageNanoseconds}\n`,
    [`${memory}/cgroup.procs`]: '1\n',
    [`${memory}/memory.usage_in_bytes`]: `${300 * MEBIBYTE}\n`,
    [`${memory}/memory.limit_in_bytes`]: `${memoryLimit}\n`,
    [`${memory}/memory.stat`]: `cache 1\ninactive_file 7\nhierarchical_memory_limit ${hierarchicalLimit}\ntotal_cache 1\ntotal_inactive_file ${100 * MEBIBYTE}\n`,
    [`${cpuset}/cgroup.procs`]: '1\n',
    [`${cpuset}/cpuset.cpus`]: `${cpus}\n`,
    [`${cpuset}/cpuset.effective_cpus`]: `${cpus}\n`,
  };
}

/** What marks the tops of the v1 hierarchies as the kernel's own. */
export const v1KernelRoot: Readonly<Record<string, string>> = Object.fromEntries(
  ['cpu,cpuacct', 'memory', 'cpuset'].flatMap((name) => [
    [`/sys/fs/cgroup/${name}/release_agent`, '\n'],
    [`/sys/fs/cgroup/${name}/cgroup.sane_behavior`, '0\n'],
  ]),
);

/** `/proc/self/cgroup` of v1, the same path in every hierarchy. */
export function v1ProcessCgroups(path: string): Readonly<Record<string, string>> {
  return {
    '/proc/self/cgroup': `12:cpuset:${path}\n5:memory:${path}\n3:cpu,cpuacct:${path}\n1:name=systemd:${path}\n0::${path}\n`,
  };
}
