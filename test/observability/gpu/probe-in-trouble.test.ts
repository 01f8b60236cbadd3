import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { H100, makeNvmlStub, type NvmlStub, type Scenario } from '../../gpu-metrics/support/nvml-stub.ts';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { type ObservedService, startService } from '../../support/observed-service.ts';
import { requireTool } from '../../support/required-tool.ts';
import type { Scrape } from '../../support/scrape.ts';

const ONE_GPU: Scenario = { gpus: 1, driver: '550.54.15', ...H100 };

/** How long a silent probe is waited for, and the pause before the next one. */
const SILENCE_MS = 11_000;

describe('a service whose GPU probe is in trouble', () => {
  let gcc: string;
  let stub: NvmlStub;
  let service: ObservedService;

  before(function () {
    if (process.platform !== 'linux') {
      // Processes are looked up in /proc.
      this.skip();
    }
    gcc = requireTool(this, 'gcc');
  });

  beforeEach(async () => {
    stub = makeNvmlStub(gcc, ONE_GPU);
    service = startService(
      {
        gpu: {
          intervalMs: 100,
          sources: { nvml: stub.path, nvidiaSmi: false, sysfs: false, systeminformation: false },
        },
        resources: false,
      },
      { environment: stub.environment },
    );
    await temperatureIs(35);
  });

  afterEach(async () => {
    await endPrograms();
    stub.remove();
  });

  async function temperatureIs(celsius: number, timeoutMs = 10_000): Promise<void> {
    await eventually(
      async () => {
        const told = await service.scrape();
        expect(told.value('gpu_temperature_celsius', { gpu_id: '0' })).to.equal(celsius);
        expect(told.value('gpu_probe_up')).to.equal(1);
        return true;
      },
      { timeoutMs },
    );
  }

  async function seriesAreGone(): Promise<void> {
    await eventually(async () => {
      const told = await service.scrape();
      expect(deviceFamilies(told)).to.deep.equal([]);
      expect(told.value('gpu_probe_up')).to.equal(0);
      return true;
    });
  }

  /** What has nothing to do with GPUs goes on: recording, its counts, scrapes. */
  async function goesOn(recordedBefore: number): Promise<void> {
    await service.tell('record', 1);
    expect((await service.scrape()).sum('inference_requests_total')).to.equal(recordedBefore + 1);
  }

  it('loses the series of a probe that is stopped, and has its new values when it goes on', async () => {
    const probe = probeOf(stub);
    process.kill(probe, 'SIGSTOP');
    await seriesAreGone();
    await goesOn(0);
    stub.play({ ...ONE_GPU, 'gpu.0.temperature': 77 });
    process.kill(probe, 'SIGCONT');
    await temperatureIs(77);
    expect(probeOf(stub)).to.equal(probe);
    expect(service.program.errors).to.equal('');
  });

  it('ends a probe that stays stopped, and starts another', async function () {
    this.timeout(3 * SILENCE_MS);
    const probe = probeOf(stub);
    process.kill(probe, 'SIGSTOP');
    await seriesAreGone();
    stub.play({ ...ONE_GPU, 'gpu.0.temperature': 78 });
    await temperatureIs(78, 2 * SILENCE_MS);
    expect(probeOf(stub)).not.to.equal(probe);
    await goesOn(0);
    expect(service.program.errors).to.match(/the GPU probe gave no answer for \d+ ms; a driver call may hang/);
  });

  it('starts another probe where one is killed, and tells of it', async () => {
    const probe = probeOf(stub);
    process.kill(probe, 'SIGKILL');
    await goesOn(0);
    stub.play({ ...ONE_GPU, 'gpu.0.temperature': 79 });
    await temperatureIs(79);
    expect(probeOf(stub)).not.to.equal(probe);
    expect(service.program.errors).to.match(
      /^inferometer: the GPU probe ended \(signal SIGKILL\); it starts anew in 1000 ms\.\n$/,
    );
  });

  it('shows whole snapshots or nothing while its probe gets next to no time', async () => {
    const probe = probeOf(stub);
    const whole = deviceFamilies(await service.scrape());
    // A twentieth of the time, as on a machine that is busy with something else.
    for (let turn = 0; turn < 8; turn++) {
      process.kill(probe, 'SIGSTOP');
      await delay(380);
      const told = await service.scrape();
      const families = deviceFamilies(told);
      expect(families).to.deep.equal(told.value('gpu_probe_up') === 1 ? whole : []);
      process.kill(probe, 'SIGCONT');
      await delay(20);
    }
    await goesOn(0);
    await temperatureIs(35);
    expect(probeOf(stub)).to.equal(probe);
    expect(service.program.errors).to.equal('');
  });
});

describe('a service where there is no GPU, as in most containers', () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-gpu-'));

  after(() => rmSync(empty, { recursive: true, force: true }));

  afterEach(endPrograms);

  it('starts no process for GPUs, shows no series of them, and says so once, at debug level', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    // A machine that runs this may have a GPU: it is looked for where there is none.
    const sources = { nvml: join(empty, 'libnvidia-ml.so.1'), nvidiaSmi: join(empty, 'nvidia-smi'), sysfs: empty };
    const service = startService({ gpu: { sources }, resources: false }, { environment: { OTEL_LOG_LEVEL: 'debug' } });
    await service.program.complain(/no GPU is sampled/);
    await service.tell('record', 1);
    const told = await service.scrape();
    expect([...told.families.keys()].filter((name) => name.startsWith('gpu_'))).to.deep.equal([]);
    expect(childrenOf(service.program.pid)).to.deep.equal([]);
    const lines = service.program.errors.split('\n').filter((line) => /GPU/i.test(line));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include('no GPU is sampled: there is neither a driver nor a card here');
  });
});

/** Metrics of devices that are told of. */
function deviceFamilies(told: Scrape): string[] {
  const names = [...told.families].filter(([, { samples }]) => samples.some(({ labels }) => 'gpu_id' in labels));
  return names.map(([name]) => name).sort();
}

function probeOf({ path }: NvmlStub): number {
  const found = processes().find(({ command }) => command.includes('gpu-probe') && command.includes(path));
  expect(found, 'a probe').not.to.equal(undefined);
  return found!.processId;
}

function childrenOf(parent: number): string[] {
  return processes()
    .filter(({ parentId }) => parentId === parent)
    .map(({ command }) => command);
}

interface RunningProcess {
  readonly processId: number;
  readonly parentId: number;
  readonly command: string;
}

function processes(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parentId = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        // The service itself has the path among its options.
        return command.includes('observed-service') ? [] : [{ processId: Number(name), parentId, command }];
      } catch {
        return [];
      }
    });
}
