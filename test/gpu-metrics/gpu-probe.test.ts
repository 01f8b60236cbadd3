import { type GpuProbeState, type GpuSampler, type GpuSnapshot, startGpuSampler } from '@inferometer/gpu-metrics';
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { endPrograms, type Program, runProgram, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { requireTool } from '../support/required-tool.ts';
import { H100, h100At, makeNvmlStub, type NvmlStub } from './support/nvml-stub.ts';

const APPLICATION = new URL('./fixtures/gpu-application.ts', import.meta.url);

/** Ways of looking that a machine which runs these tests might have itself. */
const NOTHING_ELSE = { nvidiaSmi: false, sysfs: false, systeminformation: false } as const;

describe('The GPU probe', () => {
  let gcc: string;
  let stub: NvmlStub;
  let sampler: GpuSampler | undefined;

  before(function () {
    gcc = requireTool(this, 'gcc');
  });

  beforeEach(() => {
    stub = makeNvmlStub(gcc, { gpus: 1, driver: '550.54.15', ...H100 });
    sampler = undefined;
  });

  afterEach(async () => {
    sampler?.stop();
    await endPrograms();
    await eventually(() => probesOf(stub).length === 0 || undefined);
    stub.remove();
  });

  function options(): { intervalMs: number; sources: object } {
    return { intervalMs: 100, sources: { ...NOTHING_ELSE, nvml: stub.path } };
  }

  function startApplication(holds = true): Program {
    return startProgram(APPLICATION, {
      args: [JSON.stringify({ ...options(), holds })],
      environment: stub.environment,
    });
  }

  it('hands out snapshots of another process, and ends with the sampler', async () => {
    const { promise, resolve } = Promise.withResolvers<GpuSnapshot>();
    const states: GpuProbeState[] = [];
    sampler = startGpuSampler({
      ...options(),
      onSnapshot: resolve,
      onStateChange: (state) => states.push(state),
    });
    expect(sampler.state).to.equal('starting');
    const { devices, sampledAtMs } = await promise;
    expect(devices[0]).to.include({ id: '0', utilizationPercent: 40, driverVersion: '550.54.15' });
    expect(sampledAtMs).to.be.closeTo(Date.now(), 60_000);
    await eventually(() => sampler!.state === 'up' || undefined);
    expect(sampler.latest()?.devices[0]?.uuid).to.equal(H100['gpu.0.uuid']);
    expect(states[0]).to.equal('up');
    expect(probesOf(stub)).to.have.length(1);
    sampler.stop();
    expect(sampler.latest()).to.equal(undefined);
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('is one for all samplers that look in the same places', async () => {
    sampler = startGpuSampler(options());
    const { promise, resolve } = Promise.withResolvers<GpuSnapshot>();
    const other = startGpuSampler({ ...options(), onSnapshot: resolve });
    await promise;
    expect(probesOf(stub)).to.have.length(1);
    other.stop();
    await eventually(() => sampler!.latest());
  });

  it('is not started again by children of a process that has one', async () => {
    sampler = startGpuSampler(options());
    const program = startApplication(false);
    expect(await program.hear('state')).to.equal('absent');
    await program.ended;
  });

  it('follows the GPUs as they change', async () => {
    sampler = startGpuSampler(options());
    await eventually(() => sampler!.latest());
    stub.play({ gpus: 2, driver: '550.54.15', ...H100, ...h100At(1), 'gpu.0.temperature': 80 });
    const devices = await eventually(() => {
      const found = sampler!.latest()?.devices;
      return found?.length === 2 ? found : undefined;
    });
    expect(devices.map(({ id, temperatureCelsius }) => [id, temperatureCelsius])).to.deep.equal([
      ['0', 80],
      ['1', 35],
    ]);
  });

  it('is started anew when it crashes in the driver, and series go and come', async () => {
    const states: GpuProbeState[] = [];
    sampler = startGpuSampler({ ...options(), onStateChange: (state) => states.push(state) });
    await eventually(() => sampler!.latest());
    const [first] = probesOf(stub);
    stub.play({ gpus: 1, ...H100, 'crash.nvmlDeviceGetPowerUsage': 1 });
    await eventually(() => sampler!.state === 'down' || undefined);
    expect(sampler.latest()).to.equal(undefined);
    stub.play({ gpus: 1, ...H100 });
    await eventually(() => sampler!.latest());
    expect(probesOf(stub)).not.to.deep.equal([first]);
    expect(states).to.deep.equal(['up', 'down', 'up']);
  });

  it('does not hold the application back from ending', async () => {
    const program = startApplication(false);
    const { code } = await program.ended;
    expect(code).to.equal(0);
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('ends when the application is killed', async () => {
    const program = startApplication();
    await program.hear('snapshot');
    expect(probesOf(stub)).to.have.length(1);
    program.kill('SIGKILL');
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('ends when the application is killed while a driver call hangs', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const program = startApplication();
    await program.hear('snapshot');
    stub.play({ gpus: 1, ...H100, 'hang.nvmlDeviceGetPowerUsage': 1 });
    await eventually(() => stub.hasHung || undefined);
    program.kill('SIGKILL');
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('does not run an application that every Node.js process here loads', async () => {
    const program = startProgram(APPLICATION, {
      flags: [`--import=${APPLICATION.href}`],
      environment: {
        ...stub.environment,
        NODE_OPTIONS: `--import=${APPLICATION.href}`,
        GPU_APPLICATION: JSON.stringify(options()),
      },
      args: [JSON.stringify({ ...options(), holds: true })],
    });
    await program.hear('snapshot');
    await program.hear('snapshot');
    expect(probesOf(stub)).to.have.length(1);
    program.write('end');
    expect((await program.ended).output.match(/"started"/g)).to.have.length(1);
  });

  it('is not started, and says so at debug level, where there is no GPU', async () => {
    const { output } = await runProgram(APPLICATION, {
      args: [JSON.stringify({ sources: { ...NOTHING_ELSE, nvml: '/nowhere/libnvidia-ml.so.1' } })],
    });
    expect(output).to.include('{"state":"absent"}');
  });

  it('tells of a library that finds no GPU as absent', async () => {
    stub.play({ gpus: 0 });
    const states: GpuProbeState[] = [];
    sampler = startGpuSampler({ ...options(), onStateChange: (state) => states.push(state) });
    await eventually(() => states.includes('absent') || undefined);
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('refuses intervals that cannot be', () => {
    expect(() => startGpuSampler({ intervalMs: 10 })).to.throw(
      RangeError,
      'intervalMs must be an integer from 100 to 3600000, received 10; set it in milliseconds or leave it out.',
    );
    expect(() => startGpuSampler({ slowIntervalMs: '60' as unknown as number })).to.throw(
      RangeError,
      'slowIntervalMs must be an integer from 100 to 3600000, received "60"',
    );
  });
});

/** Ids of the probes that ask this stub. */
function probesOf({ path }: NvmlStub): string[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => isProbe(line, path)).map((line) => line.trim().split(' ')[0]!);
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isProbe(commandOf(name), path));
}

function isProbe(command: string, path: string): boolean {
  return command.includes('gpu-probe.') && command.includes(path);
}

function commandOf(processId: string): string {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
