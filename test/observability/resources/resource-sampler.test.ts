import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type {
  FileReading,
  ResourceFileSystem,
} from '../../../packages/observability/src/observer/resources/resource-file-system.ts';
import { createResourceSampler } from '../../../packages/observability/src/observer/resources/resource-sampler.ts';
import type { ResourceSample } from '../../../packages/observability/src/observer/resources/resource-sampler.ts';
import { hostFiles, procStat, v2Cgroup, v2CpuStat, v2Mount } from './fake-machine.ts';
import { createManualClock } from './manual-clock.ts';
import { INTERVAL_MS, strangeLinux, watchSampler } from './watched-sampler.ts';
import type { WatchedSampler } from './watched-sampler.ts';

const NO_VALUES = {
  scope: undefined,
  cpuPercent: undefined,
  cpuLimitCores: undefined,
  cpuThrottledSeconds: undefined,
  memoryUsedBytes: undefined,
  memoryLimitBytes: undefined,
};

/** Files in memory, with a gate before each reading. */
class GatedFiles implements ResourceFileSystem {
  readonly files = new Map<string, string>(
    Object.entries({ ...hostFiles, ...v2Mount, ...v2Cgroup('/'), '/proc/self/cgroup': '0::/\n' }),
  );
  underWay = 0;
  gate: (path: string) => Promise<void> = () => Promise.resolve();

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      this.files.set(path, text);
    }
  }

  async read(path: string): Promise<FileReading> {
    if (path === '/proc/self/cgroup') {
      this.underWay += 1;
    }
    await this.gate(path);
    const text = this.files.get(path);
    return text === undefined ? { kind: 'missing' } : { kind: 'text', text };
  }
}

/** Lets everything go on that does not wait for a timer or a file. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('createResourceSampler', () => {
  let files: GatedFiles;
  let watched: WatchedSampler;

  beforeEach(() => {
    files = new GatedFiles();
    watched = watchSampler(files);
  });

  afterEach(() => {
    watched.sampler.stop();
    diag.disable();
  });

  it('samples at once, after one second, and then at its interval', async () => {
    watched.sampler.start();
    const times = [await watched.next()];
    times.push(await watched.after(1000), await watched.after(INTERVAL_MS), await watched.after(INTERVAL_MS));
    const start = times[0]?.at ?? 0;
    expect(times.map(({ at }) => at - start)).to.deep.equal([0, 1000, 11_000, 21_000]);
    expect(times.map(({ cpuPercent }) => cpuPercent)).to.deep.equal([undefined, 0, 0, 0]);
  });

  it('measures over the time that really passed when a timer is late', async () => {
    watched.sampler.start();
    await watched.next();
    files.write(v2CpuStat('/sys/fs/cgroup', 5_000_000 + 8_000_000));
    expect((await watched.after(4000)).cpuPercent).to.be.closeTo(50, 1e-9);
    files.write(v2CpuStat('/sys/fs/cgroup', 13_000_000 + 12_000_000));
    expect((await watched.after(3 * INTERVAL_MS - 1)).cpuPercent).to.be.closeTo(10, 0.01);
  });

  it('reads the processor time again when the thread was held during the reading', async () => {
    watched.sampler.start();
    await watched.next();
    let readings = 0;
    files.gate = async (path) => {
      readings += path.endsWith('cpu.stat') ? 1 : 0;
      // The throttled time is read first, from the same file.
      if (readings === 2) {
        readings += 1;
        watched.clock.advance(3000);
        files.write(v2CpuStat('/sys/fs/cgroup', 13_000_000));
      }
    };
    // 8 processor seconds in 4 seconds of 4 cores; dated in the middle of the held reading it would be 80%.
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(50, 1e-9);
  });

  it('delivers a sample without values when it is stopped, and leaves no timer', async () => {
    watched.sampler.start();
    await watched.next();
    expect(watched.clock.pending).to.have.length(2);
    watched.sampler.stop();
    expect(await watched.next()).to.deep.include(NO_VALUES);
    expect(watched.clock.pending).to.deep.equal([]);
    watched.clock.advance(100_000);
    await settle();
    expect(watched.samples).to.have.length(2);
  });

  it('delivers nothing of a sample that was under way when it was stopped', async () => {
    watched.sampler.start();
    watched.sampler.stop();
    await settle();
    expect(watched.samples).to.have.length(1);
    expect(watched.samples[0]).to.deep.include(NO_VALUES);
    expect(watched.clock.pending).to.deep.equal([]);
  });

  it('does nothing when it is started or stopped twice', async () => {
    watched.sampler.stop();
    watched.sampler.start();
    watched.sampler.start();
    await watched.next();
    await settle();
    expect(watched.samples).to.have.length(1);
    watched.sampler.stop();
    watched.sampler.stop();
    expect(watched.samples).to.have.length(2);
  });

  it('starts anew after a stop, with a first percentage after one second', async () => {
    watched.sampler.start();
    await watched.next();
    watched.sampler.stop();
    await watched.next();
    watched.clock.advance(100_000);
    files.write(v2CpuStat('/sys/fs/cgroup', 90_000_000));
    watched.sampler.start();
    expect(await watched.next()).to.include({ cpuPercent: undefined, scope: 'container' });
    files.write(v2CpuStat('/sys/fs/cgroup', 91_000_000));
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(25, 1e-9);
  });

  it('never has two samples under way, however slow the files and however often it is started', async () => {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    files.gate = () => opened;
    watched.sampler.start();
    await settle();
    for (let round = 0; round < 5; round += 1) {
      watched.clock.advance(INTERVAL_MS);
      watched.sampler.stop();
      watched.sampler.start();
      await settle();
    }
    expect(watched.samples).to.have.length(5);
    files.gate = () => Promise.resolve();
    open();
    await settle();
    await settle();
    expect(watched.samples.filter(({ scope }) => scope !== undefined)).to.have.length(1);
    expect(files.underWay).to.equal(2);
  });

  it('lets the values disappear when nothing could be read for three intervals', async () => {
    watched.sampler.start();
    await watched.next();
    await watched.after(1000);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    files.gate = () => opened;
    watched.clock.advance(3 * INTERVAL_MS - 1);
    await settle();
    expect(watched.samples).to.have.length(2);
    expect(await watched.after(1)).to.deep.include(NO_VALUES);
    watched.clock.advance(100_000);
    await settle();
    expect(watched.samples).to.have.length(3);

    // What was read at the beginning of that is not delivered as if it were new.
    files.gate = () => Promise.resolve();
    open();
    await settle();
    expect(watched.samples).to.have.length(3);
    expect(await watched.after(1000)).to.include({ scope: 'container', memoryUsedBytes: 200 * 1024 ** 2 });
  });

  it('lets the values disappear when reading fails, with one warning a minute, and comes back', async () => {
    const warnings: unknown[] = [];
    const ignore = () => {};
    diag.setLogger({
      error: ignore,
      info: ignore,
      debug: ignore,
      verbose: ignore,
      warn: (text) => warnings.push(text),
    });
    watched.sampler.start();
    await watched.next();
    await watched.after(1000);
    files.gate = () => Promise.reject(new Error('broken'));
    for (let interval = 0; interval < 3; interval += 1) {
      watched.clock.advance(INTERVAL_MS);
      await settle();
    }
    expect(await watched.next()).to.deep.include(NO_VALUES);
    for (let interval = 0; interval < 4; interval += 1) {
      watched.clock.advance(INTERVAL_MS);
      await settle();
    }
    expect(watched.samples).to.have.length(3);
    expect(warnings).to.have.length(2);
    files.gate = () => Promise.resolve();
    expect(await watched.after(INTERVAL_MS)).to.include({ scope: 'container' });
  });

  it('survives a receiver that throws, and one that stops it', async () => {
    const clock = createManualClock();
    const samples: ResourceSample[] = [];
    const sampler = createResourceSampler({
      intervalMs: INTERVAL_MS,
      clock,
      fileSystem: files,
      operatingSystem: strangeLinux,
      onSample(sample) {
        samples.push(sample);
        if (samples.length === 2) {
          sampler.stop();
        }
        throw new Error('receiver');
      },
    });
    sampler.start();
    await settle();
    expect(samples).to.have.length(1);
    clock.advance(1000);
    await settle();
    expect(samples).to.have.length(3);
    expect(samples[2]).to.deep.include(NO_VALUES);
    expect(clock.pending).to.deep.equal([]);
  });

  it('waits no longer for its second sample than for the others', async () => {
    const clock = createManualClock();
    const samples: ResourceSample[] = [];
    const sampler = createResourceSampler({
      intervalMs: 200,
      clock,
      fileSystem: files,
      operatingSystem: strangeLinux,
      onSample: (sample) => samples.push(sample),
    });
    sampler.start();
    await settle();
    clock.advance(200);
    await settle();
    expect(samples.map(({ cpuPercent }) => cpuPercent)).to.deep.equal([undefined, 0]);
    sampler.stop();
  });

  it('gives two readers of its last sample the same, for it has an interval of its own', async () => {
    files.files.delete('/proc/self/cgroup');
    watched.sampler.start();
    await watched.next();
    files.write({ '/proc/stat': procStat(1100, 9300) });
    await watched.after(1000);
    const read = () => watched.samples.at(-1)?.cpuPercent;
    expect([read(), read()]).to.deep.equal([25, 25]);
  });

  it('tells plausible values of this machine', async () => {
    const samples: ResourceSample[] = [];
    await new Promise<void>((resolve) => {
      const sampler = createResourceSampler({
        intervalMs: 100,
        onSample(sample) {
          samples.push(sample);
          if (samples.length === 2) {
            resolve();
            sampler.stop();
          }
        },
      });
      sampler.start();
    });
    const [, second] = samples;
    expect(second?.scope).to.be.oneOf(['container', 'host']);
    expect(second?.memoryLimitBytes).to.be.within(1024 ** 2, totalmem());
    expect(second?.memoryUsedBytes).to.be.within(1, second?.memoryLimitBytes ?? 0);
    expect(second?.cpuLimitCores).to.be.within(0.01, Math.max(availableParallelism(), 4096));
    if (second?.cpuPercent !== undefined) {
      expect(second.cpuPercent).to.be.within(0, 100);
    }
    expect(samples.at(-1)).to.deep.include(NO_VALUES);
  });

  it('keeps no process alive', async () => {
    const fixture = fileURLToPath(new URL('fixtures/sample-and-exit.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, fixture], { timeout: 15_000 });
    expect(stdout).to.equal('sampled\n');
  });
});
