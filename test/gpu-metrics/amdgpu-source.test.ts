import { expect } from 'chai';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mayHaveGpu } from '../../packages/gpu-metrics/src/sampler/gpu-presence.ts';
import { openAmdgpuSource } from '../../packages/gpu-metrics/src/sources/amdgpu/amdgpu-source.ts';
import type { GpuSource } from '../../packages/gpu-metrics/src/sources/gpu-source.ts';

/** Files of a card, as the driver writes them: numbers with a line's end. */
const MI210: Readonly<Record<string, string | number>> = {
  'device/vendor': '0x1002',
  'device/device': '0x740f',
  'device/product_name': 'AMD Instinct MI210',
  'device/unique_id': '3e8a1f2b4c5d6e7f',
  'device/power/runtime_status': 'active',
  'device/gpu_busy_percent': 0,
  'device/mem_busy_percent': 12,
  'device/mem_info_vram_total': 68_702_699_520,
  'device/mem_info_vram_used': 10_854_400,
  'device/ras/umc_err_count': 'ue: 0\nce: 7',
  'device/hwmon/hwmon4/temp1_label': 'edge',
  'device/hwmon/hwmon4/temp1_input': 45_000,
  'device/hwmon/hwmon4/temp2_label': 'junction',
  'device/hwmon/hwmon4/temp2_input': 51_000,
  'device/hwmon/hwmon4/temp3_label': 'mem',
  'device/hwmon/hwmon4/temp3_input': 58_500,
  'device/hwmon/hwmon4/power1_average': 41_000_000,
  'device/hwmon/hwmon4/power1_cap': 300_000_000,
  'device/hwmon/hwmon4/freq1_label': 'sclk',
  'device/hwmon/hwmon4/freq1_input': 800_000_000,
  'device/hwmon/hwmon4/freq2_label': 'mclk',
  'device/hwmon/hwmon4/freq2_input': 1_600_000_000,
};

describe('amdgpu', () => {
  let sysfs: string;
  let source: GpuSource | undefined;

  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
    source = undefined;
  });

  afterEach(() => {
    source?.close();
    rmSync(sysfs, { recursive: true, force: true });
  });

  function write(path: string, content: string | number): void {
    const file = join(sysfs, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${content}\n`);
  }

  function plug(card: string, files: Readonly<Record<string, string | number>>): void {
    for (const [path, content] of Object.entries(files)) {
      write(`class/drm/${card}/${path}`, content);
    }
  }

  function open(): string {
    const opening = openAmdgpuSource(sysfs);
    source = opening.kind === 'open' ? opening.source : undefined;
    return opening.kind;
  }

  const tick = { nowMs: 0, isSlow: true };

  it('is read from its files, in base units, sensors by their labels', async () => {
    plug('card1', MI210);
    write('module/amdgpu/version', '6.8.5');
    open();
    expect(await source!.sample(tick)).to.deep.equal([
      {
        id: '0',
        vendor: 'amd',
        source: 'amdgpu',
        uuid: '3e8a1f2b4c5d6e7f',
        name: 'AMD Instinct MI210',
        driverVersion: '6.8.5',
        utilizationPercent: 0,
        memoryBandwidthPercent: 12,
        memoryUsedBytes: 10_854_400,
        memoryTotalBytes: 68_702_699_520,
        memoryFreeBytes: 68_702_699_520 - 10_854_400,
        temperatureCelsius: 45,
        memoryTemperatureCelsius: 58.5,
        powerWatts: 41,
        powerLimitWatts: 300,
        smClockHertz: 800_000_000,
        memoryClockHertz: 1_600_000_000,
        eccCorrectedErrors: 7,
        eccUncorrectedErrors: 0,
      },
    ]);
  });

  it('leaves out what a card does not have: an APU has no memory of its own to be busy', async () => {
    plug('card0', {
      'device/vendor': '0x1002',
      'device/device': '0x15bf',
      'device/unique_id': '0x0',
      'device/gpu_busy_percent': 3,
      'device/hwmon/hwmon2/power1_input': 12_500_000,
      'device/hwmon/hwmon2/temp1_label': 'edge',
    });
    open();
    expect(await source!.sample(tick)).to.deep.equal([
      { id: '0', vendor: 'amd', source: 'amdgpu', name: 'AMD 0x15bf', utilizationPercent: 3, powerWatts: 12.5 },
    ]);
  });

  it('is not woken when it sleeps', async () => {
    plug('card0', MI210);
    open();
    await source!.sample(tick);
    write('class/drm/card0/device/power/runtime_status', 'suspended');
    expect(await source!.sample(tick)).to.deep.equal([
      { id: '0', vendor: 'amd', source: 'amdgpu', uuid: '3e8a1f2b4c5d6e7f', name: 'AMD Instinct MI210' },
    ]);
    write('class/drm/card0/device/power/runtime_status', 'active');
    expect((await source!.sample(tick))[0]?.utilizationPercent).to.equal(0);
  });

  it('is counted among its kind alone, in the order of the cards', async () => {
    plug('card10', { ...MI210, 'device/unique_id': 'c' });
    plug('card2', { ...MI210, 'device/unique_id': 'b' });
    plug('card0', { 'device/vendor': '0x1a03' });
    // An old card of the radeon driver tells nothing.
    plug('card1', { 'device/vendor': '0x1002' });
    write('class/drm/card2-DP-1/status', 'connected');
    open();
    const devices = await source!.sample(tick);
    expect(devices.map(({ id, uuid }) => [id, uuid])).to.deep.equal([
      ['0', 'b'],
      ['1', 'c'],
    ]);
  });

  it('loses a value whose file refuses or holds no number', async () => {
    plug('card0', { ...MI210, 'device/gpu_busy_percent': '', 'device/mem_busy_percent': 'unknown' });
    chmodSync(join(sysfs, 'class/drm/card0/device/ras/umc_err_count'), 0);
    rmSync(join(sysfs, 'class/drm/card0/device/hwmon/hwmon4/power1_average'));
    open();
    const [device] = await source!.sample(tick);
    expect(device).not.to.have.any.keys('utilizationPercent', 'memoryBandwidthPercent', 'powerWatts');
    expect(device?.temperatureCelsius).to.equal(45);
  });

  it('is not there where no card is', () => {
    expect(open()).to.equal('empty');
  });

  it("is what makes a probe worth starting; a server's console is not", () => {
    const look = (): boolean =>
      mayHaveGpu({ platform: 'linux', environment: {}, sources: { nvml: false, nvidiaSmi: false, sysfs } });
    expect(look()).to.equal(false);
    plug('card0', { 'device/vendor': '0x1a03' });
    expect(look()).to.equal(false);
    plug('card1', { 'device/vendor': '0x10de' });
    expect(look()).to.equal(false);
    plug('card2', MI210);
    expect(look()).to.equal(true);
  });
});
