import { expect } from 'chai';
import type { ProbeNote } from '../../packages/gpu-metrics/src/probe/probe-messages.ts';
import type { GpuSource } from '../../packages/gpu-metrics/src/sources/gpu-source.ts';
import { openNvmlSource } from '../../packages/gpu-metrics/src/sources/nvml/nvml-source.ts';
import type { GpuDevice } from '../../packages/gpu-metrics/src/snapshot/gpu-snapshot.ts';
import { requireTool } from '../support/required-tool.ts';
import { H100, h100At, makeNvmlStub, type NvmlStub, type Scenario } from './support/nvml-stub.ts';

const INTERVAL_MS = 10_000;

describe('NVML', () => {
  let gcc: string;
  let stub: NvmlStub;
  let source: GpuSource | undefined;
  let notes: ProbeNote[];
  let nowMs: number;

  before(function () {
    gcc = requireTool(this, 'gcc');
  });

  beforeEach(() => {
    notes = [];
    nowMs = 1000;
    source = undefined;
  });

  afterEach(() => {
    source?.close();
    stub.remove();
  });

  async function open(scenario: Scenario, absent: readonly string[] = []): Promise<string> {
    stub = makeNvmlStub(gcc, { gpus: 1, driver: '550.54.15', ...scenario }, absent);
    const opening = await openNvmlSource({
      candidates: [stub.path],
      intervalMs: INTERVAL_MS,
      processId: 4242,
      takeNote: (note) => notes.push(note),
    });
    source = opening.kind === 'open' ? opening.source : undefined;
    return opening.kind;
  }

  async function tick({ isSlow = false } = {}): Promise<readonly GpuDevice[]> {
    nowMs += INTERVAL_MS;
    return await source!.sample({ nowMs, isSlow });
  }

  it("tells what the driver's structures hold, in base units", async () => {
    await open(H100);
    expect(await tick()).to.deep.equal([
      {
        id: '0',
        vendor: 'nvidia',
        source: 'nvml',
        uuid: 'GPU-6a1c8f1e-0000-4000-8000-000000000000',
        name: 'NVIDIA H100 80GB HBM3',
        driverVersion: '550.54.15',
        utilizationPercent: 40,
        memoryBandwidthPercent: 7,
        memoryUsedBytes: 1_073_741_824,
        memoryTotalBytes: 85_520_809_984,
        memoryFreeBytes: 85_520_809_984 - 1_073_741_824 - 655_360_000,
        processMemoryBytes: 1_048_576,
        temperatureCelsius: 35,
        memoryTemperatureCelsius: 44,
        powerWatts: 120.55,
        powerLimitWatts: 700,
        energyJoules: 123_456.789,
        smClockHertz: 1_980_000_000,
        memoryClockHertz: 2_619_000_000,
        throttleReasons: {
          power_cap: true,
          hardware_slowdown: false,
          sync_boost: false,
          software_thermal: true,
          hardware_thermal: false,
          power_brake: false,
        },
        eccCorrectedErrors: 3,
        eccUncorrectedErrors: 0,
        pcieTransmittedBytes: 0,
        pcieReceivedBytes: 0,
        xidErrors: 0,
      },
    ]);
  });

  it('leaves out what a GPU does not tell, and tells 0 as 0', async () => {
    await open({ 'gpu.0.uuid': 'GPU-a', 'gpu.0.utilization': 0, 'gpu.0.memory_utilization': 0, 'gpu.0.power': 0 });
    expect(await tick()).to.deep.equal([
      {
        id: '0',
        vendor: 'nvidia',
        source: 'nvml',
        uuid: 'GPU-a',
        driverVersion: '550.54.15',
        utilizationPercent: 0,
        memoryBandwidthPercent: 0,
        powerWatts: 0,
        xidErrors: 0,
      },
    ]);
  });

  it('averages the samples of the driver over the time since the last look', async () => {
    // Before the interval of 10 s that ends with the newest sample: 100, which does not count.
    await open({ ...H100, 'gpu.0.samples.gpu': '5000000:100,11000000:20,13000000:20,16000000:60' });
    const [first] = await tick();
    // 20 for 3 s (no sample speaks for longer than the longest pause), 20 for 2 s, 60 for 3 s.
    expect(first?.utilizationPercent).to.be.closeTo((20 * 3 + 20 * 2 + 60 * 3) / 8, 1e-9);
    stub.play({
      gpus: 1,
      ...H100,
      'gpu.0.samples.gpu': '11000000:20,13000000:20,16000000:60,17000000:0,26000000:90',
    });
    const [second] = await tick();
    expect(second?.utilizationPercent).to.be.closeTo((90 * 9) / 10, 1e-9);
  });

  it('asks for the present utilisation where the driver has no new samples', async () => {
    await open({ ...H100, 'gpu.0.samples.gpu': '16000000:60' });
    expect((await tick())[0]?.utilizationPercent).to.equal(60);
    expect((await tick())[0]?.utilizationPercent).to.equal(40);
  });

  it('reads the older functions where a library does not have the newer', async () => {
    await open(H100, [
      'nvmlDeviceGetMemoryInfo_v2',
      'nvmlDeviceGetTemperatureV',
      'nvmlDeviceGetCurrentClocksEventReasons',
      'nvmlDeviceGetComputeRunningProcesses_v3',
      'nvmlDeviceGetComputeRunningProcesses_v2',
      'nvmlEventSetCreate',
      'nvmlGpmQueryDeviceSupport',
      'nvmlDeviceGetMigMode',
    ]);
    const [device] = await tick();
    // Version 1 counts what the driver reserves as used.
    expect(device?.memoryUsedBytes).to.equal(1_073_741_824 + 655_360_000);
    expect(device?.temperatureCelsius).to.equal(35);
    expect(device?.throttleReasons).to.include({ power_cap: true });
    expect(device?.processMemoryBytes).to.equal(1_048_576);
    expect(device).not.to.have.property('xidErrors');
  });

  for (const code of [2, 25, 999]) {
    it(`reads version 1 of the memory where version 2 fails with ${code}`, async () => {
      await open({ ...H100, 'return.nvmlDeviceGetMemoryInfo_v2': code });
      expect((await tick())[0]?.memoryTotalBytes).to.equal(85_520_809_984);
    });
  }

  for (const stride of [16, 24, 32]) {
    it(`finds this process among entries of ${stride} bytes`, async () => {
      await open({ ...H100, 'process.stride': stride });
      expect((await tick())[0]?.processMemoryBytes).to.equal(1_048_576);
    });
  }

  it('finds this process among more than the first list holds', async () => {
    const others = Array.from({ length: 200 }, (_, index) => `${10_000 + index}:4096`);
    await open({ ...H100, 'gpu.0.processes': [...others, '4242:12345678'].join(',') });
    expect((await tick())[0]?.processMemoryBytes).to.equal(12_345_678);
  });

  it('tells 0 for a process that uses no GPU memory, and nothing where the driver does not know', async () => {
    await open({ ...H100, 'gpu.0.processes': '77:4096' });
    expect((await tick())[0]?.processMemoryBytes).to.equal(0);
    stub.play({ gpus: 1, ...H100, 'gpu.0.processes': `4242:${2n ** 64n - 1n}` });
    expect((await tick({ isSlow: true }))[0]).not.to.have.property('processMemoryBytes');
  });

  it('keeps what is dear to ask between two slow ticks', async () => {
    await open(H100);
    await tick({ isSlow: true });
    stub.play({ gpus: 1, ...H100, 'gpu.0.ecc.corrected.aggregate': 9, 'gpu.0.temperature': 50 });
    expect((await tick())[0]).to.include({ eccCorrectedErrors: 3, temperatureCelsius: 50 });
    expect((await tick({ isSlow: true }))[0]?.eccCorrectedErrors).to.equal(9);
  });

  it('asks but once for what a GPU does not support, and again for what was forbidden', async () => {
    await open({ ...H100, 'return.nvmlDeviceGetPowerUsage': 3, 'return.nvmlDeviceGetEnforcedPowerLimit': 4 });
    await tick({ isSlow: true });
    stub.play({ gpus: 1, ...H100 });
    expect((await tick())[0]).not.to.have.any.keys('powerWatts', 'powerLimitWatts');
    const [device] = await tick({ isSlow: true });
    expect(device).not.to.have.property('powerWatts');
    expect(device?.powerLimitWatts).to.equal(700);
  });

  it('goes on with the other GPUs when one is lost, says so, and finds it again', async () => {
    await open({ ...H100, ...h100At(1), gpus: 2, 'return.nvmlDeviceGetTemperatureV.0': 15 });
    expect((await tick()).map(({ id }) => id)).to.deep.equal(['1']);
    expect(notes.map(({ text }) => text)).to.deep.equal([
      'GPU 0 (GPU-6a1c8f1e-0000-4000-8000-000000000000) cannot be asked: NVML: 15 (GPU is lost).',
    ]);
    stub.play({ ...H100, ...h100At(1), gpus: 2 });
    expect((await tick()).map(({ id }) => id)).to.deep.equal(['0', '1']);
  });

  it('shows the other GPUs where the driver counts one that it cannot hand out', async () => {
    await open({ ...H100, ...h100At(1), gpus: 2, 'return.nvmlDeviceGetHandleByIndex_v2.0': 15 });
    expect((await tick()).map(({ id }) => id)).to.deep.equal(['1']);
  });

  for (const code of [1, 9, 18]) {
    it(`starts anew after the driver was reloaded (${code})`, async () => {
      await open(H100);
      await tick();
      stub.play({ gpus: 1, ...H100, 'return.nvmlDeviceGetMemoryInfo_v2': code, 'return.nvmlInit_v2': code });
      expect(await tick()).to.deep.equal([]);
      expect(await tick()).to.deep.equal([]);
      stub.play({ gpus: 1, driver: '560.28.03', ...H100 });
      const answers = [await tick(), await tick(), await tick()];
      expect(answers.at(-1)?.[0]).to.include({ driverVersion: '560.28.03', temperatureCelsius: 35 });
    });
  }

  it('sees a GPU that comes and one that goes', async () => {
    await open(H100);
    expect(await tick()).to.have.length(1);
    stub.play({ ...H100, ...h100At(1), gpus: 2 });
    await tick();
    expect(await tick()).to.have.length(2);
    stub.play({ ...H100, gpus: 1 });
    await tick();
    await tick();
    expect(await tick()).to.have.length(1);
  });

  it('shows MIG instances as devices, and tells their memory and work but once', async () => {
    await open({
      ...H100,
      'gpu.0.migs': 2,
      'gpu.0.gpm': 1,
      'gpu.0.instance.9.gpm.1': 61.5,
      'gpu.0.instance.9.gpm.10': 12,
      'gpu.0.mig.0.uuid': 'MIG-a',
      'gpu.0.mig.0.name': 'NVIDIA H100 80GB HBM3 MIG 1g.10gb',
      'gpu.0.mig.0.instance': 9,
      'gpu.0.mig.0.total': 10_000,
      'gpu.0.mig.0.used': 0,
      'gpu.0.mig.1.uuid': 'MIG-b',
    });
    await tick();
    const [gpu, first, second] = await tick();
    expect(gpu).to.include({ id: '0', temperatureCelsius: 35, powerWatts: 120.55 });
    expect(gpu).not.to.have.any.keys('memoryUsedBytes', 'memoryTotalBytes', 'utilizationPercent', 'processMemoryBytes');
    expect(first).to.deep.equal({
      id: '0:0',
      vendor: 'nvidia',
      source: 'nvml',
      uuid: 'MIG-a',
      name: 'NVIDIA H100 80GB HBM3 MIG 1g.10gb',
      driverVersion: '550.54.15',
      parentUuid: 'GPU-6a1c8f1e-0000-4000-8000-000000000000',
      migProfile: '1g.10gb',
      utilizationPercent: 61.5,
      memoryBandwidthPercent: 12,
      memoryUsedBytes: 0,
      memoryTotalBytes: 10_000,
      memoryFreeBytes: 10_000,
    });
    expect(second).to.include({ id: '0:1', uuid: 'MIG-b' });
  });

  it('finds MIG instances where the container may not ask their GPU', async () => {
    await open({
      'gpu.0.migs': 1,
      'return.nvmlDeviceGetMigMode': 4,
      'return.nvmlDeviceGetTemperatureV': 4,
      'gpu.0.mig.0.uuid': 'MIG-a',
      'gpu.0.mig.0.total': 10_000,
      'gpu.0.mig.0.used': 5000,
    });
    expect((await tick()).at(-1)).to.include({ id: '0:0', uuid: 'MIG-a', memoryUsedBytes: 5000 });
  });

  it('sees MIG instances that are made and removed while it runs', async () => {
    await open(H100);
    expect(await tick()).to.have.length(1);
    stub.play({ ...H100, gpus: 1, 'gpu.0.migs': 1, 'gpu.0.mig.0.uuid': 'MIG-a' });
    expect((await tick({ isSlow: true })).map(({ id }) => id)).to.deep.equal(['0', '0:0']);
    stub.play({ ...H100, gpus: 1 });
    const [device, ...others] = await tick({ isSlow: true });
    expect(others).to.deep.equal([]);
    expect(device?.memoryUsedBytes).to.equal(1_073_741_824);
  });

  it("tells the performance monitor's values from the second tick on", async () => {
    await open({ ...H100, 'gpu.0.gpm': 1, 'gpu.0.gpm.2': 33.5, 'gpu.0.gpm.3': 0, 'gpu.0.gpm.5': 12.25 });
    expect((await tick())[0]).not.to.have.property('smActivityPercent');
    expect((await tick())[0]).to.include({
      smActivityPercent: 33.5,
      smOccupancyPercent: 0,
      tensorActivityPercent: 12.25,
    });
  });

  it('adds up PCIe traffic from long counters, else from rates, and not from short counters', async () => {
    await open(H100);
    await tick();
    stub.play({ ...H100, gpus: 1, 'gpu.0.field.197': 1_500_000, 'gpu.0.field.198': 400 });
    // The second one has started again and counted 400 since.
    expect((await tick({ isSlow: true }))[0]).to.include({ pcieTransmittedBytes: 500_000, pcieReceivedBytes: 400 });
    expect((await tick())[0]).to.include({ pcieTransmittedBytes: 500_000, pcieReceivedBytes: 400 });
    source!.close();
    stub.remove();
    const { 'gpu.0.field.198': _received, ...rest } = H100;
    await open({ ...rest, 'gpu.0.field.197.type': 1, 'gpu.0.gpm': 1, 'gpu.0.gpm.21': 2 });
    await tick();
    const [device] = await tick();
    expect(device).not.to.have.property('pcieTransmittedBytes');
    expect(device?.pcieReceivedBytes).to.equal(2 * 1_048_576 * 10);
  });

  it('counts critical errors and tells the last one', async () => {
    await open({ ...H100, ...h100At(1), gpus: 2 });
    await tick();
    stub.play({ ...H100, ...h100At(1), gpus: 2, xids: '1:13,1:79' });
    const [first, second] = await tick();
    expect(first?.xidErrors).to.equal(0);
    expect(first).not.to.have.property('lastXid');
    expect(second).to.include({ xidErrors: 2, lastXid: 79 });
    expect((await tick())[1]).to.include({ xidErrors: 2, lastXid: 79 });
    expect(notes[0]?.text).to.equal('the driver reports XID 13 of GPU 1 (GPU-1).');
  });

  it('leaves out what a driver fills with ones', async () => {
    const ones = 0xffff_ffff;
    await open({ ...H100, 'gpu.0.power': ones, 'gpu.0.power_limit': ones, 'gpu.0.clock.sm': ones, 'gpu.0.energy': -1 });
    const [device] = await tick();
    expect(device).not.to.have.any.keys('powerWatts', 'powerLimitWatts', 'smClockHertz', 'energyJoules');
    expect(device).to.include({ temperatureCelsius: 35, memoryClockHertz: 2_619_000_000 });
  });

  it('shows sixteen GPUs, of which one is divided while it runs', async () => {
    const sixteen = Object.assign({ gpus: 16 }, ...Array.from({ length: 16 }, (_, index) => h100At(index))) as Scenario;
    await open(sixteen);
    expect((await tick()).map(({ id }) => id)).to.deep.equal(Array.from({ length: 16 }, (_, index) => String(index)));
    stub.play({
      ...sixteen,
      'gpu.15.migs': 2,
      'gpu.15.mig.0.uuid': 'MIG-a',
      'gpu.15.mig.0.name': 'NVIDIA H100 80GB HBM3 MIG 3g.40gb',
      'gpu.15.mig.0.total': 42_000_000_000,
      'gpu.15.mig.0.used': 1000,
      'gpu.15.mig.1.uuid': 'MIG-b',
    });
    const devices = await tick({ isSlow: true });
    expect(devices.slice(14).map(({ id }) => id)).to.deep.equal(['14', '15', '15:0', '15:1']);
    expect(devices[15]).not.to.have.any.keys('memoryUsedBytes', 'utilizationPercent');
    expect(devices[16]).to.include({ parentUuid: 'GPU-15', migProfile: '3g.40gb', memoryUsedBytes: 1000 });
    expect(devices[17]).to.include({ uuid: 'MIG-b' });
    expect(devices[17]).not.to.have.any.keys('memoryUsedBytes', 'name', 'migProfile');
  });

  it('leaves a library that is not NVML to other ways of asking', async () => {
    expect(await open(H100, ['nvmlInit_v2'])).to.equal('unavailable');
  });

  it('tells a machine without a GPU from one whose driver fails', async () => {
    expect(await open({ 'return.nvmlInit_v2': 9 })).to.equal('empty');
    expect(await open({ gpus: 0 })).to.equal('empty');
    expect(await open({ 'return.nvmlInit_v2': 18 })).to.equal('open');
    expect(await tick()).to.deep.equal([]);
    expect(notes[0]?.text).to.equal(
      "NVIDIA's GPUs cannot be asked: NVML: 18 (library and driver are of different versions).",
    );
    const nowhere = await openNvmlSource({
      candidates: ['libnvidia-ml-of-nowhere.so.1'],
      intervalMs: INTERVAL_MS,
      processId: 1,
      takeNote: () => undefined,
    });
    expect(nowhere.kind).to.equal('unavailable');
  });
});
