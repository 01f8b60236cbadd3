import { expect } from 'chai';

import type { OperatingSystem } from '../../../packages/observability/src/observer/resources/host-reader.ts';
import type { ResourceFileSystem } from '../../../packages/observability/src/observer/resources/resource-file-system.ts';
import { createFakeMachine, GIBIBYTE, hostFiles } from './fake-machine.ts';
import type { FakeMachine } from './fake-machine.ts';
import { INTERVAL_MS, watchSampler } from './watched-sampler.ts';
import type { WatchedSampler } from './watched-sampler.ts';

function operatingSystem(platform: string): OperatingSystem & { times: { user: number; idle: number } } {
  const times = { user: 1000, idle: 9000 };
  return {
    platform,
    times,
    cpus: () => [0, 1].map(() => ({ times: { ...times, nice: 0, sys: 0, irq: 0 } })),
    totalmem: () => 4 * GIBIBYTE,
    freemem: () => GIBIBYTE,
  };
}

describe('Resources of a host', () => {
  let machine: FakeMachine | undefined;
  let watched: WatchedSampler;

  afterEach(async () => {
    watched.sampler.stop();
    await machine?.dispose();
    machine = undefined;
  });

  it('counts everything but idle and waiting as busy, and guests once', async () => {
    machine = await createFakeMachine(hostFiles);
    watched = watchSampler(machine.root);
    await machine.write({ '/proc/stat': 'cpu  100 100 100 100 100 100 100 100 50 50\ncpu0 1 1 1 1\n' });
    watched.sampler.start();
    expect(await watched.next()).to.include({ scope: 'host', cpuLimitCores: 1 });
    // user +10, nice +10, system +10, idle +20, waiting +10, interrupts +10, soft interrupts +10, stolen +20
    await machine.write({ '/proc/stat': 'cpu  110 110 110 120 110 110 110 120 60 60\ncpu0 1 1 1 1\n' });
    expect((await watched.after(1000)).cpuPercent).to.equal(70);
  });

  it('leaves out what a sandbox does not count, and is not asked again every second for it', async () => {
    machine = await createFakeMachine({ ...hostFiles, '/proc/stat': 'cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0\n' });
    watched = watchSampler(machine.root);
    watched.sampler.start();
    await watched.next();
    expect(await watched.after(1000)).to.include({ cpuPercent: undefined, memoryUsedBytes: 2 * GIBIBYTE });
    expect(watched.clock.pending).to.include(INTERVAL_MS);
    expect(await watched.after(INTERVAL_MS)).to.include({ cpuPercent: undefined });
  });

  it('leaves out memory in use where the kernel does not tell what is available, or more than there is', async () => {
    machine = await createFakeMachine({ ...hostFiles, '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 10 kB\n' });
    watched = watchSampler(machine.root);
    watched.sampler.start();
    expect(await watched.next()).to.include({ memoryUsedBytes: undefined, memoryLimitBytes: 1_024_000 });
    await machine.write({ '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 2000 kB\n' });
    expect(await watched.after(1000)).to.include({ memoryUsedBytes: undefined, memoryLimitBytes: 1_024_000 });
  });

  it('asks Node on systems that have no /proc', async () => {
    const system = operatingSystem('darwin');
    machine = await createFakeMachine(hostFiles);
    watched = watchSampler(machine.root, system);
    watched.sampler.start();
    expect(await watched.next()).to.include({
      scope: 'host',
      cpuLimitCores: 2,
      memoryUsedBytes: 3 * GIBIBYTE,
      memoryLimitBytes: 4 * GIBIBYTE,
    });
    system.times.user += 300;
    system.times.idle += 700;
    expect((await watched.after(1000)).cpuPercent).to.equal(30);
  });

  it("asks Node where the permission model forbids the kernel's files", async () => {
    const forbidden: ResourceFileSystem = {
      read: () => Promise.resolve({ kind: 'unreadable', reason: 'ERR_ACCESS_DENIED' }),
    };
    watched = watchSampler(forbidden, operatingSystem('linux'));
    watched.sampler.start();
    expect(await watched.next()).to.include({ scope: 'host', cpuLimitCores: 2, memoryUsedBytes: 3 * GIBIBYTE });
  });

  it('leaves everything out where Node knows nothing either', async () => {
    watched = watchSampler(
      { read: () => Promise.resolve({ kind: 'missing' }) },
      {
        platform: 'linux',
        cpus: () => [],
        totalmem: () => {
          throw new Error('uv_get_total_memory');
        },
        freemem: () => 0,
      },
    );
    watched.sampler.start();
    expect(await watched.next()).to.deep.include({
      scope: 'host',
      cpuPercent: undefined,
      cpuLimitCores: undefined,
      memoryUsedBytes: undefined,
      memoryLimitBytes: undefined,
    });
  });
});
