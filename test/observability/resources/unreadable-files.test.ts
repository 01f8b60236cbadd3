import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import * as fc from 'fast-check';

import type { FileReading } from '../../../packages/observability/src/observer/resources/resource-file-system.ts';
import {
  createFakeMachine,
  GIBIBYTE,
  hostFiles,
  MEBIBYTE,
  v1Cgroup,
  v1Mount,
  v2Cgroup,
  v2CpuStat,
  v2KernelRoot,
  v2Mount,
} from './fake-machine.ts';
import type { FakeMachine } from './fake-machine.ts';
import { INTERVAL_MS, watchSampler } from './watched-sampler.ts';
import type { WatchedSampler } from './watched-sampler.ts';

describe('Resource files that vanish or hold garbage', () => {
  let machine: FakeMachine;
  let watched: WatchedSampler;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    const ignore = () => {};
    diag.setLogger({
      error: ignore,
      info: ignore,
      debug: ignore,
      verbose: ignore,
      warn: (text) => warnings.push(text),
    });
    machine = await createFakeMachine({
      ...hostFiles,
      ...v2Mount,
      ...v2Cgroup('/', { memoryMax: `${GIBIBYTE}`, cpuMax: '100000 100000' }),
      '/proc/self/cgroup': '0::/\n',
    });
    watched = watchSampler(machine.root);
    watched.sampler.start();
    await watched.next();
    await machine.write(v2CpuStat('/sys/fs/cgroup', 5_500_000));
    await watched.after(1000);
  });

  afterEach(async () => {
    watched.sampler.stop();
    diag.disable();
    await machine.dispose();
  });

  const whole = { scope: 'container', memoryUsedBytes: 200 * MEBIBYTE, memoryLimitBytes: GIBIBYTE, cpuLimitCores: 1 };

  for (const [what, file, text, lacking] of [
    ['memory in use', 'memory.current', 'NaN', ['memoryUsedBytes']],
    ['memory in use', 'memory.stat', 'inactive_file many', ['memoryUsedBytes']],
    ['memory in use', 'memory.current', '', ['memoryUsedBytes']],
    ['memory in use', 'memory.current', '-1', ['memoryUsedBytes']],
    ['the memory limit', 'memory.max', '0x1000', ['memoryLimitBytes']],
    ['the processor limit and use', 'cpu.max', '100000', ['cpuLimitCores', 'cpuPercent']],
    ['the processor limit and use', 'cpu.max', '0 0', ['cpuLimitCores', 'cpuPercent']],
    ['processor use', 'cpu.stat', 'usage_usec 1e3\nthrottled_usec 5', ['cpuPercent']],
  ] as const) {
    it(`leaves out ${what} while ${file} holds ${JSON.stringify(text)}, and nothing else`, async () => {
      await machine.write({ [`/sys/fs/cgroup/${file}`]: text });
      const sample = await watched.after(INTERVAL_MS);
      const expected = { ...whole, ...Object.fromEntries(lacking.map((field) => [field, undefined])) };
      expect(sample).to.include(expected);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include(`/sys/fs/cgroup/${file} holds ${JSON.stringify(text)}`);
    });
  }

  for (const [what, file, lacking] of [
    ['memory in use', 'memory.current', 'memoryUsedBytes'],
    ['memory in use', 'memory.stat', 'memoryUsedBytes'],
    ['processor use', 'cpu.stat', 'cpuPercent'],
  ] as const) {
    it(`leaves out ${what} when ${file} vanishes, and nothing else`, async () => {
      await machine.remove(`/sys/fs/cgroup/${file}`);
      expect(await watched.after(INTERVAL_MS)).to.include({ ...whole, [lacking]: undefined });
      expect(warnings).to.deep.equal([
        `Resource metrics: /sys/fs/cgroup/${file} is missing; what it would tell is left out.`,
      ]);
    });
  }

  it('gives processor use again one second after its file came back', async () => {
    await machine.remove('/sys/fs/cgroup/cpu.stat');
    await watched.after(INTERVAL_MS);
    await machine.write(v2CpuStat('/sys/fs/cgroup', 9_000_000));
    expect(await watched.after(INTERVAL_MS)).to.include({ cpuPercent: undefined });
    await machine.write(v2CpuStat('/sys/fs/cgroup', 9_250_000));
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(25, 1e-9);
  });

  it('gives no processor use for a counter that jumped back, and again one second later', async () => {
    await machine.write(v2CpuStat('/sys/fs/cgroup', 1_000_000));
    expect(await watched.after(INTERVAL_MS)).to.include({ cpuPercent: undefined });
    await machine.write(v2CpuStat('/sys/fs/cgroup', 1_100_000));
    expect((await watched.after(1000)).cpuPercent).to.be.closeTo(10, 1e-9);
  });

  it("does not take the host's values for the container's when the whole cgroup vanishes", async () => {
    await machine.remove('/sys/fs/cgroup');
    expect(await watched.after(INTERVAL_MS)).to.include({
      scope: 'container',
      memoryUsedBytes: undefined,
      cpuPercent: undefined,
    });
  });

  it('goes on where it was while the list of its cgroups is garbage or gone', async () => {
    await machine.write({ '/proc/self/cgroup': '\0\0\n' });
    expect(await watched.after(INTERVAL_MS)).to.include(whole);
    await machine.remove('/proc/self/cgroup');
    expect(await watched.after(INTERVAL_MS)).to.include(whole);
  });

  it('remains the scope of a unit while its limit is garbage', async () => {
    await machine.remove('/sys/fs/cgroup');
    await machine.write({
      ...v2KernelRoot,
      ...v2Cgroup('/api.service', { memoryMax: `${GIBIBYTE}` }),
      '/proc/self/cgroup': '0::/api.service\n',
    });
    expect(await watched.after(INTERVAL_MS)).to.include({ scope: 'container', memoryLimitBytes: GIBIBYTE });
    await machine.write({ '/sys/fs/cgroup/api.service/memory.max': 'much\n' });
    expect(await watched.after(1000)).to.include({ scope: 'container', memoryLimitBytes: undefined });
    await machine.write({ '/sys/fs/cgroup/api.service/memory.max': 'max\n' });
    expect(await watched.after(INTERVAL_MS)).to.include({ scope: 'host', memoryUsedBytes: 2 * GIBIBYTE });
  });

  it('leaves out what garbage in the files of the host would tell', async () => {
    await machine.write({ '/proc/meminfo': 'MemTotal: lots\n', '/proc/self/cgroup': '0::/nowhere/..\n' });
    await machine.write({ '/proc/stat': 'cpu  one two\n' });
    expect(await watched.after(INTERVAL_MS)).to.include({
      scope: 'host',
      cpuPercent: undefined,
      cpuLimitCores: undefined,
      memoryUsedBytes: undefined,
      memoryLimitBytes: undefined,
    });
  });

  it('warns once of a trouble that stays', async () => {
    await machine.remove('/sys/fs/cgroup/memory.current');
    for (let sample = 0; sample < 20; sample += 1) {
      await watched.after(INTERVAL_MS);
    }
    expect(warnings).to.have.length(1);
  });

  it('warns at most once a minute of a trouble that comes and goes', async () => {
    for (let sample = 0; sample < 12; sample += 1) {
      await machine.write({ '/sys/fs/cgroup/memory.current': sample % 2 === 0 ? 'garbage' : '5' });
      await watched.after(INTERVAL_MS);
    }
    expect(warnings).to.have.length(2);
  });

  it('never gives NaN, an infinity or a negative number, whatever the files hold', async () => {
    const trees = [
      { ...hostFiles, ...v2Mount, ...v2Cgroup('/'), ...v2Cgroup('/a'), '/proc/self/cgroup': '0::/a\n' },
      { ...hostFiles, ...v1Mount(), ...v1Cgroup('/'), '/proc/self/cgroup': '5:memory:/\n3:cpu,cpuacct:/\n2:cpuset:/' },
    ];
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        'max',
        '-1',
        '0',
        '0 0',
        'max 0',
        '1',
        '99999999999999999999',
        '1e9',
        'usage_usec 0',
        '0-',
        '5-1',
      ),
      fc.constantFrom(
        '0-99999999999',
        'cpu  1 2 3 4\ncpu0 1\n',
        'cpu  0 0 0 0\n',
        'MemTotal: 0 kB\nMemAvailable: 0 kB',
      ),
      fc.tuple(fc.nat(), fc.nat()).map(([quota, period]) => `${quota} ${period}`),
      fc.constant(undefined),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...trees),
        fc.array(fc.array(fc.tuple(fc.nat(), text), { maxLength: 4 }), { minLength: 3, maxLength: 3 }),
        async (tree, changes) => {
          const files = new Map<string, string | undefined>(Object.entries(tree));
          const paths = [...files.keys()];
          const fuzzed = watchSampler({
            read: (path): Promise<FileReading> => {
              const content = files.get(path);
              return Promise.resolve(content === undefined ? { kind: 'missing' } : { kind: 'text', text: content });
            },
          });
          fuzzed.sampler.start();
          await fuzzed.next();
          for (const change of changes) {
            for (const [index, content] of change) {
              files.set(paths[index % paths.length] ?? '', content);
            }
            await fuzzed.after(INTERVAL_MS);
          }
          fuzzed.sampler.stop();
          for (const { scope: _scope, ...values } of fuzzed.samples) {
            for (const [name, value] of Object.entries(values)) {
              expect(value === undefined || (Number.isFinite(value) && value >= 0), `${name} ${value}`).to.equal(true);
            }
            expect(values.cpuPercent ?? 0).to.be.at.most(100);
            expect(values.cpuLimitCores).to.not.equal(0);
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});
