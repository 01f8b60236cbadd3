import { expect } from 'chai';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Systeminformation } from 'systeminformation';
import type { ProbeNote } from '../../packages/gpu-metrics/src/probe/probe-messages.ts';
import { boundSource } from '../../packages/gpu-metrics/src/sources/bounded-source.ts';
import type { GpuSource } from '../../packages/gpu-metrics/src/sources/gpu-source.ts';
import { openSources } from '../../packages/gpu-metrics/src/sources/open-sources.ts';
import { openSysteminformationSource } from '../../packages/gpu-metrics/src/sources/system/systeminformation-source.ts';
import { requireTool } from '../support/required-tool.ts';
import { H100, makeNvmlStub } from './support/nvml-stub.ts';

describe('The sources of a machine', () => {
  let sysfs: string;
  let source: GpuSource | undefined;
  let notes: ProbeNote[];

  const tick = { nowMs: 0, isSlow: true };

  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
    source = undefined;
    notes = [];
    const device = join(sysfs, 'class/drm/card0/device');
    mkdirSync(device, { recursive: true });
    writeFileSync(join(device, 'vendor'), '0x1002\n');
    writeFileSync(join(device, 'gpu_busy_percent'), '17\n');
  });

  afterEach(() => {
    source?.close();
    rmSync(sysfs, { recursive: true, force: true });
  });

  async function open(sources: object): Promise<GpuSource | undefined> {
    source = await openSources(
      {
        intervalMs: 1000,
        slowEveryTicks: 1,
        processId: process.pid,
        sources: { systeminformation: false, ...sources },
      },
      (note) => notes.push(note),
    );
    return source;
  }

  it('show the GPUs of two vendors at once, each with an id of its own', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const stub = makeNvmlStub(requireTool(this, 'gcc'), { gpus: 1, ...H100 });
    await open({ nvml: stub.path, sysfs });
    const devices = await source!.sample(tick);
    expect(devices.map(({ id, vendor, utilizationPercent }) => [id, vendor, utilizationPercent])).to.deep.equal([
      ['0', 'nvidia', 40],
      ['amd0', 'amd', 17],
    ]);
    stub.remove();
  });

  it('give the bare index to the only vendor', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    await open({ nvml: '/nowhere/libnvidia-ml.so.1', nvidiaSmi: false, sysfs });
    expect((await source!.sample(tick)).map(({ id }) => id)).to.deep.equal(['0']);
    expect(notes[0]?.text).to.match(/^no GPU through NVIDIA: .*there is no nvidia-smi$/);
  });

  it('fall back to nvidia-smi where the library cannot be loaded', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const path = join(sysfs, 'nvidia-smi');
    const line = `0, GPU-1, 590, 97 %${', [N/A]'.repeat(12)}, NVIDIA T4`;
    writeFileSync(path, `#!/bin/sh\necho '${line}'\nexec sleep 60\n`);
    chmodSync(path, 0o755);
    await open({ nvml: '/nowhere/libnvidia-ml.so.1', nvidiaSmi: path, sysfs: false });
    expect((await source!.sample(tick))[0]).to.include({ source: 'nvidia-smi', uuid: 'GPU-1', utilizationPercent: 97 });
  });

  it('are none where nothing is found', async () => {
    expect(await open({ nvml: false, nvidiaSmi: false, sysfs: false })).to.equal(undefined);
  });

  it('do not wait for one that is silent, and take it back when it speaks', async () => {
    const { promise, resolve } = Promise.withResolvers<[]>();
    let questions = 0;
    const bounded = boundSource(
      {
        sample: async () => {
          questions += 1;
          return questions === 1 ? await promise : [];
        },
        close: () => undefined,
      },
      { name: 'sleepy', timeoutMs: 1, takeNote: (note) => notes.push(note) },
    );
    expect(await bounded.sample(tick)).to.deep.equal([]);
    expect(notes[0]?.text).to.equal('sleepy gave no answer for 1 ms.');
    await bounded.sample(tick);
    expect(questions).to.equal(1);
    resolve([]);
    await promise;
    await new Promise((done) => setImmediate(done));
    await bounded.sample(tick);
    expect(questions).to.equal(2);
  });
});

describe('systeminformation', () => {
  const controller = (
    fields: Partial<Systeminformation.GraphicsControllerData>,
  ): Systeminformation.GraphicsControllerData => ({
    vendor: '',
    model: '',
    bus: '',
    vram: null,
    vramDynamic: false,
    ...fields,
  });

  it('tells of vendors that no better source covers, without the console of a virtual machine', async () => {
    const opening = await openSysteminformationSource(new Set(['nvidia']), async () => [
      controller({ vendor: 'NVIDIA Corporation', model: 'H100', utilizationGpu: 50 }),
      controller({
        vendor: 'Intel Corporation',
        model: 'Data Center GPU Max 1100',
        vram: 49_152,
        driverVersion: '1.2',
      }),
      controller({ vendor: 'Apple', model: 'Apple M4', vram: 8192, vramDynamic: true }),
      controller({ vendor: 'Red Hat, Inc.', model: 'Virtio 1.0 GPU' }),
    ]);
    expect(opening.kind).to.equal('open');
    const devices = opening.kind === 'open' ? await opening.source.sample({ nowMs: 1, isSlow: true }) : [];
    expect(devices).to.deep.equal([
      {
        id: '0',
        vendor: 'intel',
        source: 'systeminformation',
        name: 'Data Center GPU Max 1100',
        driverVersion: '1.2',
        memoryTotalBytes: 49_152 * 1_048_576,
      },
      { id: '1', vendor: 'apple', source: 'systeminformation', name: 'Apple M4' },
    ]);
  });

  it('is asked again each time where it tells what changes, and after an hour where it does not', async () => {
    for (const [utilizationGpu, expected] of [
      [50, 3],
      [undefined, 2],
    ] as const) {
      let questions = 0;
      const opening = await openSysteminformationSource(new Set(), async () => {
        questions += 1;
        return [controller({ model: 'Some GPU', ...(utilizationGpu === undefined ? undefined : { utilizationGpu }) })];
      });
      if (opening.kind !== 'open') {
        throw new Error('it should be open');
      }
      await opening.source.sample({ nowMs: 1000, isSlow: true });
      await opening.source.sample({ nowMs: 3_600_000, isSlow: true });
      expect(questions).to.equal(expected);
    }
  });

  it('has no GPUs where it fails', async () => {
    const opening = await openSysteminformationSource(new Set(), async () => {
      throw new Error('lspci: not found');
    });
    expect(opening.kind).to.equal('empty');
  });
});
