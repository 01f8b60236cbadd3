import { expect } from 'chai';

import {
  createFakeMachine,
  GIBIBYTE,
  HOST_MEMORY_BYTES,
  hostFiles,
  MEBIBYTE,
  procStat,
  v2Cgroup,
  v2CpuStat,
  v2KernelRoot,
  v2Mount,
} from './fake-machine.ts';
import type { FakeMachine } from './fake-machine.ts';
import { INTERVAL_MS, watchSampler } from './watched-sampler.ts';
import type { WatchedSampler } from './watched-sampler.ts';

const ID = 'c0ffee00'.repeat(8);

describe('Resources under cgroup v2', () => {
  let machine: FakeMachine;
  let watched: WatchedSampler;

  async function watch(...files: readonly Readonly<Record<string, string>>[]): Promise<WatchedSampler> {
    machine = await createFakeMachine(Object.assign({}, hostFiles, v2Mount, ...files));
    watched = watchSampler(machine.root);
    watched.sampler.start();
    return watched;
  }

  afterEach(async () => {
    watched.sampler.stop();
    await machine.dispose();
  });

  describe('in a container with a cgroup namespace', () => {
    const inContainer = { '/proc/self/cgroup': '0::/\n' };

    it('gives its working set, its limits and its share of the quota', async () => {
      await watch(inContainer, v2Cgroup('/', { memoryMax: `${512 * MEBIBYTE}`, cpuMax: '150000 100000' }));
      const first = await watched.next();
      expect(first).to.include({
        scope: 'container',
        memoryUsedBytes: 200 * MEBIBYTE,
        memoryLimitBytes: 512 * MEBIBYTE,
        cpuLimitCores: 1.5,
        cpuThrottledSeconds: 0,
        cpuPercent: undefined,
      });
      await machine.write(v2CpuStat('/sys/fs/cgroup', 5_750_000, 1_250_000));
      const second = await watched.after(1000);
      expect(second.cpuPercent).to.be.closeTo(50, 1e-9);
      expect(second.cpuThrottledSeconds).to.equal(1.25);
      expect(second.at - first.at).to.equal(1000);
    });

    it("takes the host's capacity where it has no limits", async () => {
      await watch(inContainer, v2Cgroup('/'));
      expect(await watched.next()).to.include({
        scope: 'container',
        memoryUsedBytes: 200 * MEBIBYTE,
        memoryLimitBytes: HOST_MEMORY_BYTES,
        cpuLimitCores: 4,
      });
      await machine.write(v2CpuStat('/sys/fs/cgroup', 6_000_000));
      expect((await watched.after(1000)).cpuPercent).to.be.closeTo(25, 1e-9);
    });

    it("takes the host's cores where the quota is above them", async () => {
      await watch(inContainer, v2Cgroup('/', { cpuMax: '1600000 100000', memoryMax: `${64 * GIBIBYTE}` }));
      expect(await watched.next()).to.include({ cpuLimitCores: 4, memoryLimitBytes: HOST_MEMORY_BYTES });
    });

    it('takes the assigned processors where they are fewer than the quota', async () => {
      await watch(inContainer, v2Cgroup('/', { cpuMax: '300000 100000' }), {
        '/sys/fs/cgroup/cpuset.cpus.effective': '1,3\n',
      });
      expect(await watched.next()).to.include({ cpuLimitCores: 2 });
    });

    it('follows limits that change while it runs', async () => {
      await watch(inContainer, v2Cgroup('/', { cpuMax: '100000 100000' }));
      expect(await watched.next()).to.include({ cpuLimitCores: 1 });
      await machine.write({ '/sys/fs/cgroup/cpu.max': '200000 100000\n', '/sys/fs/cgroup/memory.max': '1073741824\n' });
      expect(await watched.after(1000)).to.include({ cpuLimitCores: 2, memoryLimitBytes: GIBIBYTE });
    });

    it('counts the whole container where the process lives in a service of it', async () => {
      await watch(
        { '/proc/self/cgroup': '0::/system.slice/api.service\n' },
        v2Cgroup('/', { memoryCurrent: 900 * MEBIBYTE }),
        v2Cgroup('/system.slice'),
        v2Cgroup('/system.slice/api.service'),
      );
      expect(await watched.next()).to.include({ scope: 'container', memoryUsedBytes: 800 * MEBIBYTE });
    });

    it('says 0 where a cgroup holds nothing but inactive file cache', async () => {
      await watch(inContainer, v2Cgroup('/', { memoryCurrent: 1000, inactiveFile: 2000 }));
      expect(await watched.next()).to.include({ memoryUsedBytes: 0 });
    });

    it('tells no percentage above 100', async () => {
      await watch(inContainer, v2Cgroup('/', { cpuMax: '50000 100000' }));
      await watched.next();
      await machine.write(v2CpuStat('/sys/fs/cgroup', 5_600_000));
      expect((await watched.after(1000)).cpuPercent).to.equal(100);
    });
  });

  describe('on a host', () => {
    it("gives the host's values to a session without limits", async () => {
      await watch(
        { '/proc/self/cgroup': '0::/user.slice/user-1000.slice/session-2.scope\n' },
        v2KernelRoot,
        v2Cgroup('/user.slice'),
        v2Cgroup('/user.slice/user-1000.slice'),
        v2Cgroup('/user.slice/user-1000.slice/session-2.scope'),
      );
      expect(await watched.next()).to.include({
        scope: 'host',
        memoryUsedBytes: 2 * GIBIBYTE,
        memoryLimitBytes: HOST_MEMORY_BYTES,
        cpuLimitCores: 4,
        cpuThrottledSeconds: undefined,
      });
      await machine.write({ '/proc/stat': procStat(1100, 9300) });
      expect((await watched.after(1000)).cpuPercent).to.equal(25);
    });

    it("gives the host's values to a process in the root cgroup", async () => {
      await watch({ '/proc/self/cgroup': '0::/\n' }, v2KernelRoot);
      expect(await watched.next()).to.include({ scope: 'host', memoryUsedBytes: 2 * GIBIBYTE });
    });

    it('counts a service with a memory limit as a scope of its own', async () => {
      await watch(
        { '/proc/self/cgroup': '0::/system.slice/api.service\n' },
        v2KernelRoot,
        v2Cgroup('/system.slice', { memoryCurrent: 7 * GIBIBYTE }),
        v2Cgroup('/system.slice/api.service', { memoryMax: `${GIBIBYTE}` }),
      );
      expect(await watched.next()).to.include({
        scope: 'container',
        memoryUsedBytes: 200 * MEBIBYTE,
        memoryLimitBytes: GIBIBYTE,
        cpuLimitCores: 4,
      });
    });

    it('counts a limited slice as a whole, for all in it share the limit', async () => {
      await watch(
        { '/proc/self/cgroup': '0::/user.slice/session-2.scope\n' },
        v2KernelRoot,
        v2Cgroup('/user.slice', { cpuMax: '200000 100000', memoryCurrent: 3 * GIBIBYTE, inactiveFile: GIBIBYTE }),
        v2Cgroup('/user.slice/session-2.scope'),
      );
      expect(await watched.next()).to.include({
        scope: 'container',
        cpuLimitCores: 2,
        memoryUsedBytes: 2 * GIBIBYTE,
      });
    });

    it('takes no notice of a limit that the host cannot reach', async () => {
      await watch(
        { '/proc/self/cgroup': '0::/api.service\n' },
        v2KernelRoot,
        v2Cgroup('/api.service', { memoryMax: `${64 * GIBIBYTE}`, cpuMax: '400000 100000' }),
      );
      expect(await watched.next()).to.include({ scope: 'host' });
    });

    it('counts a service with assigned processors as a scope of its own', async () => {
      await watch({ '/proc/self/cgroup': '0::/api.service\n' }, v2KernelRoot, v2Cgroup('/api.service'), {
        '/sys/fs/cgroup/api.service/cpuset.cpus': '0-1\n',
        '/sys/fs/cgroup/api.service/cpuset.cpus.effective': '0-1\n',
      });
      expect(await watched.next()).to.include({ scope: 'container', cpuLimitCores: 2 });
    });

    for (const [where, cgroup] of [
      ['outside its namespace', '0::/../../user.slice'],
      ['in a cgroup that was removed', '0::/api.service (deleted)'],
    ] as const) {
      it(`gives the host's values to a process ${where}`, async () => {
        await watch({ '/proc/self/cgroup': `${cgroup}\n` }, v2Cgroup('/', { memoryMax: '1000000' }));
        expect(await watched.next()).to.include({ scope: 'host' });
      });
    }
  });

  describe('in a container that sees the cgroups of the host', () => {
    it('recognises a container of Docker without limits by its name', async () => {
      const path = `/system.slice/docker-${ID}.scope`;
      await watch({ '/proc/self/cgroup': `0::${path}\n` }, v2KernelRoot, v2Cgroup('/system.slice'), v2Cgroup(path));
      expect(await watched.next()).to.include({ scope: 'container', memoryUsedBytes: 200 * MEBIBYTE });
    });

    it('takes the tightest limit of the container, its pod and what is above them', async () => {
      const pod = '/kubepods.slice/kubepods-pod7.slice';
      const container = `${pod}/cri-containerd-${ID}.scope`;
      await watch(
        { '/proc/self/cgroup': `0::${container}/nested\n` },
        v2KernelRoot,
        v2Cgroup('/kubepods.slice', { memoryMax: `${6 * GIBIBYTE}`, cpuMax: '350000 100000' }),
        v2Cgroup(pod, { memoryMax: `${GIBIBYTE}` }),
        v2Cgroup(container, { memoryMax: `${2 * GIBIBYTE}`, memoryCurrent: 400 * MEBIBYTE }),
        v2Cgroup(`${container}/nested`),
      );
      expect(await watched.next()).to.include({
        scope: 'container',
        memoryUsedBytes: 300 * MEBIBYTE,
        memoryLimitBytes: GIBIBYTE,
        cpuLimitCores: 3.5,
      });
    });

    for (const path of [`/ecs/task-1/${ID.slice(0, 32)}-2064`, '/lxc/web', '/lxc.payload.web', `/docker/${ID}`]) {
      it(`recognises ${path.replace(ID, '<id>')}`, async () => {
        await watch({ '/proc/self/cgroup': `0::${path}\n` }, v2KernelRoot, v2Cgroup(path));
        expect(await watched.next()).to.include({ scope: 'container', memoryUsedBytes: 200 * MEBIBYTE });
      });
    }

    it('finds itself at the mount point where only that is in sight', async () => {
      await watch({ '/proc/self/cgroup': `0::/docker/${ID}\n` }, v2Cgroup('/', { cpuMax: '100000 100000' }));
      expect(await watched.next()).to.include({ scope: 'container', cpuLimitCores: 1 });
    });

    it('finds itself below a mount that begins at its own cgroup', async () => {
      await watch({ '/proc/self/cgroup': `0::/docker/${ID}\n` }, v2Cgroup('/', { cpuMax: '100000 100000' }), {
        '/proc/self/mountinfo': `35 23 0:30 /docker/${ID} /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n`,
      });
      expect(await watched.next()).to.include({ scope: 'container', cpuLimitCores: 1 });
    });
  });

  it('finds a mount at an unusual place with a blank in its name', async () => {
    await watch(
      {
        '/proc/self/cgroup': '0::/\n',
        '/proc/self/mountinfo': '9 1 0:30 / /run/my\\040cgroups rw - cgroup2 none rw\n',
      },
      Object.fromEntries(
        Object.entries(v2Cgroup('/', { cpuMax: '100000 100000' })).map(([path, text]) => [
          path.replace('/sys/fs/cgroup', '/run/my cgroups'),
          text,
        ]),
      ),
    );
    expect(await watched.next()).to.include({ scope: 'container', cpuLimitCores: 1 });
  });

  it('takes the mount that shows the most, in the usual place', async () => {
    await watch(
      {
        '/proc/self/cgroup': '0::/a/b\n',
        '/proc/self/mountinfo': [
          '7 1 0:30 /a/b /run/tool/own rw - cgroup2 none rw',
          '8 1 0:30 / /run/tool/all rw - cgroup2 none rw',
          '9 1 0:30 / /sys/fs/cgroup rw - cgroup2 none rw',
        ].join('\n'),
      },
      v2KernelRoot,
      v2Cgroup('/a', { memoryMax: `${GIBIBYTE}` }),
      v2Cgroup('/a/b', { cpuMax: '100000 100000' }),
    );
    expect(await watched.next()).to.include({ scope: 'container', memoryLimitBytes: GIBIBYTE, cpuLimitCores: 1 });
  });

  it('starts anew when the process is moved to another cgroup', async () => {
    await watch(
      { '/proc/self/cgroup': '0::/a.service\n' },
      v2KernelRoot,
      v2Cgroup('/a.service', { cpuMax: '100000 100000' }),
      v2Cgroup('/b.service', { cpuMax: '200000 100000', usageMicroseconds: 9_000_000 }),
    );
    await watched.next();
    await watched.after(1000);
    await machine.write({ '/proc/self/cgroup': '0::/b.service\n' });
    expect(await watched.after(INTERVAL_MS)).to.include({ cpuLimitCores: 2, cpuPercent: undefined });
    await machine.write(v2CpuStat('/sys/fs/cgroup/b.service', 9_500_000));
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(25, 1e-9);
  });
});
