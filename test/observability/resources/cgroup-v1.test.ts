import { expect } from 'chai';

import {
  createFakeMachine,
  GIBIBYTE,
  HOST_MEMORY_BYTES,
  hostFiles,
  MEBIBYTE,
  procStat,
  v1Cgroup,
  v1KernelRoot,
  v1Mount,
  v1ProcessCgroups,
  V1_UNLIMITED,
} from './fake-machine.ts';
import type { FakeMachine } from './fake-machine.ts';
import { watchSampler } from './watched-sampler.ts';
import type { WatchedSampler } from './watched-sampler.ts';

const ID = 'c0ffee00'.repeat(8);

describe('Resources under cgroup v1', () => {
  let machine: FakeMachine;
  let watched: WatchedSampler;

  async function watch(...files: readonly Readonly<Record<string, string>>[]): Promise<WatchedSampler> {
    machine = await createFakeMachine(Object.assign({}, hostFiles, ...files));
    watched = watchSampler(machine.root);
    watched.sampler.start();
    return watched;
  }

  afterEach(async () => {
    watched.sampler.stop();
    await machine.dispose();
  });

  it("gives a container's working set, limits, quota and throttled time", async () => {
    const path = `/docker/${ID}`;
    await watch(
      v1Mount(path),
      v1ProcessCgroups(path),
      v1Cgroup('/', { memoryLimit: `${512 * MEBIBYTE}`, quotaMicroseconds: 50_000 }),
    );
    expect(await watched.next()).to.include({
      scope: 'container',
      memoryUsedBytes: 200 * MEBIBYTE,
      memoryLimitBytes: 512 * MEBIBYTE,
      cpuLimitCores: 0.5,
      cpuThrottledSeconds: 2.5,
    });
    await machine.write({ '/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage': '5125000000\n' });
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(25, 1e-9);
  });

  it("takes the host's capacity where the container has no limits", async () => {
    await watch(v1Mount(), v1ProcessCgroups('/'), v1Cgroup('/'));
    expect(await watched.next()).to.include({
      scope: 'container',
      memoryUsedBytes: 200 * MEBIBYTE,
      memoryLimitBytes: HOST_MEMORY_BYTES,
      cpuLimitCores: 4,
    });
  });

  it('knows "no limit" from a limit also where the host does not tell its memory', async () => {
    await watch(v1Mount(), v1ProcessCgroups('/'), v1Cgroup('/'), { '/proc/meminfo': 'garbage\n' });
    expect(await watched.next()).to.include({ memoryUsedBytes: 200 * MEBIBYTE, memoryLimitBytes: undefined });
  });

  it('takes a limit that the kernel inherits from a cgroup out of sight', async () => {
    await watch(v1Mount(), v1ProcessCgroups('/'), v1Cgroup('/', { hierarchicalLimit: `${GIBIBYTE}` }));
    expect(await watched.next()).to.include({ memoryLimitBytes: GIBIBYTE });
  });

  it('takes the assigned processors where there is no quota', async () => {
    await watch(v1Mount(), v1ProcessCgroups('/'), v1Cgroup('/', { cpus: '0,2-3' }));
    expect(await watched.next()).to.include({ cpuLimitCores: 3 });
  });

  it('reads the assigned processors of a kernel that has no effective list', async () => {
    await watch(v1Mount(), v1ProcessCgroups('/'), v1Cgroup('/', { cpus: '0' }));
    await machine.remove('/sys/fs/cgroup/cpuset/cpuset.effective_cpus');
    expect(await watched.next()).to.include({ cpuLimitCores: 1 });
  });

  it('takes the tightest limit of the container and its pod', async () => {
    const [pod, container] = ['/kubepods/burstable/pod7', `/kubepods/burstable/pod7/${ID}`];
    await watch(
      v1Mount(),
      v1KernelRoot,
      v1ProcessCgroups(container),
      v1Cgroup('/'),
      v1Cgroup('/kubepods'),
      v1Cgroup('/kubepods/burstable'),
      v1Cgroup(pod, { memoryLimit: `${GIBIBYTE}`, quotaMicroseconds: 150_000 }),
      v1Cgroup(container, { memoryLimit: `${2 * GIBIBYTE}`, quotaMicroseconds: 200_000 }),
    );
    expect(await watched.next()).to.include({ scope: 'container', memoryLimitBytes: GIBIBYTE, cpuLimitCores: 1.5 });
  });

  for (const [process, path] of [
    ['a service of systemd without limits', '/system.slice/api.service'],
    ['a process in the root cgroup', '/'],
  ] as const) {
    it(`gives the host's values to ${process}`, async () => {
      await watch(v1Mount(), v1KernelRoot, v1ProcessCgroups(path), v1Cgroup('/'), v1Cgroup(path));
      expect(await watched.next()).to.include({
        scope: 'host',
        memoryUsedBytes: 2 * GIBIBYTE,
        memoryLimitBytes: HOST_MEMORY_BYTES,
        cpuLimitCores: 4,
      });
    });
  }

  it('recognises a unit by its memory limit, and finds its processor time under the same name', async () => {
    const path = '/system.slice/api.service';
    await watch(
      v1Mount(),
      v1KernelRoot,
      v1ProcessCgroups(path),
      v1Cgroup('/'),
      v1Cgroup('/system.slice'),
      v1Cgroup(path, { memoryLimit: `${GIBIBYTE}` }),
    );
    expect(await watched.next()).to.include({ scope: 'container', memoryLimitBytes: GIBIBYTE, cpuLimitCores: 4 });
    await machine.write({ [`/sys/fs/cgroup/cpu,cpuacct${path}/cpuacct.usage`]: '7000000000\n' });
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(50, 1e-9);
  });

  it("gives the host's processors where only memory is divided among containers", async () => {
    await watch(v1Mount(), v1KernelRoot, v1Cgroup('/'), v1Cgroup('/job', { memoryLimit: `${GIBIBYTE}` }), {
      '/proc/self/cgroup': '12:cpuset:/\n5:memory:/job\n3:cpu,cpuacct:/\n',
    });
    expect(await watched.next()).to.include({
      scope: 'container',
      memoryUsedBytes: 200 * MEBIBYTE,
      memoryLimitBytes: GIBIBYTE,
      cpuLimitCores: 4,
    });
    await machine.write({ '/proc/stat': procStat(1100, 9300) });
    expect((await watched.after(1000)).cpuPercent).to.equal(25);
  });

  it("gives the host's memory where only processors are divided among containers", async () => {
    await watch(v1Mount(), v1KernelRoot, v1Cgroup('/'), v1Cgroup('/job', { quotaMicroseconds: 100_000 }), {
      '/proc/self/cgroup': '12:cpuset:/\n5:memory:/\n3:cpu,cpuacct:/job\n',
    });
    expect(await watched.next()).to.include({
      scope: 'container',
      memoryUsedBytes: 2 * GIBIBYTE,
      memoryLimitBytes: HOST_MEMORY_BYTES,
      cpuLimitCores: 1,
    });
  });

  describe('beside v2 (hybrid)', () => {
    const mounts = [
      '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw',
      '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
      '',
    ].join('\n');

    it('reads each controller where it lives', async () => {
      const path = `/docker/${ID}`;
      await watch(v1KernelRoot, {
        '/proc/self/mountinfo': mounts,
        '/proc/self/cgroup': `5:memory:${path}\n1:name=systemd:${path}\n0::${path}\n`,
        [`/sys/fs/cgroup/memory${path}/cgroup.procs`]: '1\n',
        [`/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`]: `${V1_UNLIMITED}\n`,
        [`/sys/fs/cgroup/memory${path}/memory.usage_in_bytes`]: '5000\n',
        [`/sys/fs/cgroup/memory${path}/memory.stat`]: 'total_inactive_file 1000\n',
        [`/sys/fs/cgroup/unified${path}/cgroup.controllers`]: 'cpu\n',
        [`/sys/fs/cgroup/unified${path}/cpu.max`]: '200000 100000\n',
        [`/sys/fs/cgroup/unified${path}/cpu.stat`]: 'usage_usec 1000000\n',
      });
      expect(await watched.next()).to.include({ scope: 'container', memoryUsedBytes: 4000, cpuLimitCores: 2 });
      await machine.write({ [`/sys/fs/cgroup/unified${path}/cpu.stat`]: 'usage_usec 2500000\n' });
      expect((await watched.after(1000)).cpuPercent).to.be.closeTo(75, 1e-9);
    });

    it("gives the host's values where v2 has no controllers and v1 no limits", async () => {
      await watch(v1KernelRoot, {
        '/proc/self/mountinfo': mounts,
        '/proc/self/cgroup': '5:memory:/agent/7\n0::/\n',
        '/sys/fs/cgroup/memory/agent/7/cgroup.procs': '1\n',
        '/sys/fs/cgroup/memory/agent/7/memory.limit_in_bytes': `${V1_UNLIMITED}\n`,
        '/sys/fs/cgroup/unified/cgroup.controllers': '\n',
      });
      expect(await watched.next()).to.include({ scope: 'host', memoryUsedBytes: 2 * GIBIBYTE, cpuLimitCores: 4 });
    });
  });
});
