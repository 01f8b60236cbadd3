import { expect } from 'chai';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeNote } from '../../packages/gpu-metrics/src/probe/probe-messages.ts';
import type { GpuSource, SourceOpening } from '../../packages/gpu-metrics/src/sources/gpu-source.ts';
import { readSmiLine, SMI_FIELDS } from '../../packages/gpu-metrics/src/sources/nvidia-smi/nvidia-smi-fields.ts';
import { openNvidiaSmiSource } from '../../packages/gpu-metrics/src/sources/nvidia-smi/nvidia-smi-source.ts';
import type { GpuDevice } from '../../packages/gpu-metrics/src/snapshot/gpu-snapshot.ts';
import { eventually } from '../support/eventually.ts';

const MEBIBYTE = 1_048_576;

/** Lines as `--format=csv,noheader` prints them, in the order of SMI_FIELDS. */
const LINES = {
  h100:
    '0, GPU-1, 590.48.01, 97 %, 41 %, 70213 MiB, 81559 MiB, 10812 MiB, 61, 72, 652.33 W, 700.00 W, 1755 MHz, 2619 MHz, ' +
    '0, 0, NVIDIA H100 80GB HBM3',
  // A consumer card has neither a sensor in its memory nor error-correcting code.
  geforce:
    '1, GPU-2, 595.71.05, 0 %, 0 %, 0 MiB, 8192 MiB, 7788 MiB, 38, N/A, 11.35 W, 250.00 W, 300 MHz, 405 MHz, ' +
    '[N/A], [N/A], NVIDIA GeForce RTX 2080 SUPER',
  mig:
    '0, GPU-3, 610.43.02, [N/A], [N/A], 44 MiB, 143771 MiB, 143105 MiB, 40, 39, 130.28 W, 700.00 W, 1980 MHz, 3201 MHz, ' +
    '0, 0, NVIDIA H200',
  broken:
    '2, GPU-4, 570.00, [Unknown Error], [Not Supported], [GPU requires reset], 8192 KiB, lots, , [N/A], nan W, 1e3 W, ' +
    '[Insufficient Permissions], Requested functionality has been deprecated, [N/A], [N/A], Maker, Inc. Model',
} as const;

describe('nvidia-smi', () => {
  it('is read as it prints, in base units, and what it does not know is left out', () => {
    expect(readSmiLine(LINES.h100, SMI_FIELDS)).to.deep.equal({
      id: '0',
      vendor: 'nvidia',
      source: 'nvidia-smi',
      uuid: 'GPU-1',
      driverVersion: '590.48.01',
      utilizationPercent: 97,
      memoryBandwidthPercent: 41,
      memoryUsedBytes: 70_213 * MEBIBYTE,
      memoryTotalBytes: 81_559 * MEBIBYTE,
      memoryFreeBytes: 10_812 * MEBIBYTE,
      temperatureCelsius: 61,
      memoryTemperatureCelsius: 72,
      powerWatts: 652.33,
      powerLimitWatts: 700,
      smClockHertz: 1_755_000_000,
      memoryClockHertz: 2_619_000_000,
      eccCorrectedErrors: 0,
      eccUncorrectedErrors: 0,
      name: 'NVIDIA H100 80GB HBM3',
    });
    const geforce = readSmiLine(LINES.geforce, SMI_FIELDS);
    expect(geforce).to.include({ utilizationPercent: 0, memoryUsedBytes: 0, powerWatts: 11.35 });
    expect(geforce).not.to.have.any.keys('memoryTemperatureCelsius', 'eccCorrectedErrors', 'eccUncorrectedErrors');
    const mig = readSmiLine(LINES.mig, SMI_FIELDS);
    expect(mig).to.include({ memoryUsedBytes: 44 * MEBIBYTE });
    expect(mig).not.to.have.any.keys('utilizationPercent', 'memoryBandwidthPercent');
  });

  it('is not guessed at where it prints an error, another unit or no number', () => {
    expect(readSmiLine(LINES.broken, SMI_FIELDS)).to.deep.equal({
      id: '2',
      vendor: 'nvidia',
      source: 'nvidia-smi',
      uuid: 'GPU-4',
      driverVersion: '570.00',
      name: 'Maker, Inc. Model',
    });
    for (const line of ['', 'No devices were found', 'Unable to determine the device handle for GPU 0: GPU is lost']) {
      expect(readSmiLine(line, SMI_FIELDS)).to.equal(undefined);
    }
  });

  it('loses no more than a number that is printed by the rules of another country', () => {
    const line = LINES.h100.replace('652.33 W', '652,33 W').replace('70213 MiB', '70 213 MiB');
    const { powerWatts, memoryUsedBytes, ...others } = readSmiLine(LINES.h100, SMI_FIELDS)!;
    expect([powerWatts, memoryUsedBytes]).to.deep.equal([652.33, 70_213 * MEBIBYTE]);
    expect(readSmiLine(line, SMI_FIELDS)).to.deep.equal(others);
  });

  describe('kept running', () => {
    let folder: string;
    let source: GpuSource | undefined;
    let notes: ProbeNote[];
    let nowMs: number;

    before(function () {
      if (process.platform === 'win32') {
        this.skip();
      }
    });

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'nvidia-smi-'));
      notes = [];
      nowMs = 0;
      source = undefined;
    });

    afterEach(() => {
      source?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A stand-in that does what a shell script says. */
    async function open(script: string): Promise<SourceOpening> {
      const path = join(folder, 'nvidia-smi');
      writeFileSync(path, `#!/bin/sh\necho "$$ $*" >> "${folder}/starts"\n${script}\n`);
      chmodSync(path, 0o755);
      const opening = await openNvidiaSmiSource({
        path,
        intervalMs: 200,
        takeNote: (note) => notes.push(note),
        now: () => nowMs,
      });
      source = opening.kind === 'open' ? opening.source : undefined;
      return opening;
    }

    function starts(): string[] {
      return readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n');
    }

    async function sample(): Promise<readonly GpuDevice[]> {
      return await source!.sample({ nowMs, isSlow: true });
    }

    it('is started once, in loop mode', async () => {
      await open(`while :; do echo '${LINES.h100}'; echo '${LINES.geforce}'; sleep 0.05; done`);
      await eventually(async () => (await sample()).length === 2 || undefined);
      expect((await sample()).map(({ id }) => id)).to.deep.equal(['0', '1']);
      expect(starts()).to.have.length(1);
      expect(starts()[0]).to.match(
        /^\d+ --query-gpu=index,uuid,driver_version,utilization\.gpu,.*,name --format=csv,noheader --loop-ms=200$/,
      );
    });

    it('shows no GPU that it stopped printing', async () => {
      await open(`echo '${LINES.h100}'; echo '${LINES.geforce}'; exec sleep 60`);
      await eventually(async () => (await sample()).length === 2 || undefined);
      nowMs = 500;
      expect(await sample()).to.have.length(2);
      nowMs = 501;
      expect(await sample()).to.deep.equal([]);
    });

    it('is asked for less where a driver knows fewer fields', async () => {
      const opening = await open(
        `case "$*" in *temperature.memory*) ` +
          `echo 'Field "temperature.memory" is not a valid field to query.'; exit 2;; esac; ` +
          `echo '${LINES.h100.replace(', 72,', ',')}'; exec sleep 60`,
      );
      expect(opening.kind).to.equal('open');
      const [device] = await sample();
      expect(device).to.include({ temperatureCelsius: 61, powerWatts: 652.33 });
      expect(device).not.to.have.property('memoryTemperatureCelsius');
    });

    it('is started again after it ended, and says why', async () => {
      await open(`echo '${LINES.h100}'; echo 'GPU is lost' >&2; exit 15`);
      const [note] = await eventually(() => (notes.length > 0 ? notes : undefined));
      expect(note?.text).to.equal('nvidia-smi ended with code 15: GPU is lost');
      await sample();
      await eventually(() => starts().length === 2 || undefined);
    });

    it('shows the GPUs that it prints among garbage', async () => {
      await open(
        `head -c 300000 /dev/urandom; echo; echo '${LINES.h100.replace('0,', '4294967295,')}'; echo '${LINES.h100}'; ` +
          `head -c 300000 /dev/zero; sleep 60`,
      );
      expect((await source!.sample({ nowMs, isSlow: true })).map(({ id, uuid }) => [id, uuid])).to.deep.equal([
        ['0', 'GPU-1'],
      ]);
    });

    it('tells of a machine without a driver', async () => {
      const opening = await open(
        `echo "NVIDIA-SMI has failed because it couldn't communicate with the driver."; exit 9`,
      );
      expect(opening).to.deep.include({ kind: 'empty' });
      expect(opening).to.have.property('reason').that.includes("couldn't communicate with the driver");
    });
  });
});
