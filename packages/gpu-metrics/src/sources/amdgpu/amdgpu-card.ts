import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import type { DisplayCard } from '../../sampler/display-cards.ts';
import { definedOnly } from '../gpu-source.ts';

const MICROWATTS_PER_WATT = 1e6;
const MILLIDEGREES_PER_DEGREE = 1000;

/** What does not change while the machine runs. */
interface Identity {
  readonly uuid: string | undefined;
  readonly name: string;
  readonly driverVersion: string | undefined;
  /** Folder of the card's sensors, which is numbered anew at each start of the machine. */
  readonly sensors: string | undefined;
  /** Names of the sensors' inputs by their labels: `edge` is `temp1_input` on one card and absent on another. */
  readonly inputs: ReadonlyMap<string, string>;
}

/**
 * Reads one card of the amdgpu driver. https://docs.kernel.org/gpu/amdgpu/driver-misc.html
 *
 * `pcie_bw` is left alone: reading it takes a second. A card that sleeps is not asked: some wake up for it, others
 * refuse.
 */
export class AmdgpuCard {
  readonly #id: string;
  readonly #device: string;
  readonly #sysfs: string;
  #identity: Identity | undefined;

  constructor(card: DisplayCard, index: number, sysfs: string) {
    this.#id = String(index);
    this.#device = join(card.path, 'device');
    this.#sysfs = sysfs;
  }

  async sample(): Promise<GpuDevice> {
    const isAwake = !(await this.#isSleeping());
    if (isAwake) {
      this.#identity ??= await this.#identify();
    }
    const identity = this.#identity;
    return definedOnly({
      id: this.#id,
      vendor: 'amd',
      source: 'amdgpu',
      uuid: identity?.uuid,
      name: identity?.name,
      driverVersion: identity?.driverVersion,
      ...(isAwake && identity !== undefined ? await this.#read(identity) : undefined),
    });
  }

  async #read({
    sensors,
    inputs,
  }: Identity): Promise<Partial<{ [Key in keyof GpuDevice]: GpuDevice[Key] | undefined }>> {
    const ofDevice = (file: string): Promise<number | undefined> => readNumber(join(this.#device, file));
    const ofSensors = async (file: string | undefined): Promise<number | undefined> =>
      sensors === undefined || file === undefined ? undefined : readNumber(join(sensors, file));
    const [busy, memoryBusy, used, total, edge, memory, average, input, cap, shaderClock, memoryClock, errors] =
      await Promise.all([
        ofDevice('gpu_busy_percent'),
        ofDevice('mem_busy_percent'),
        ofDevice('mem_info_vram_used'),
        ofDevice('mem_info_vram_total'),
        ofSensors(inputs.get('edge') ?? inputs.get('junction')),
        ofSensors(inputs.get('mem')),
        ofSensors('power1_average'),
        ofSensors('power1_input'),
        ofSensors('power1_cap'),
        ofSensors(inputs.get('sclk')),
        ofSensors(inputs.get('mclk')),
        readText(join(this.#device, 'ras/umc_err_count')),
      ]);
    return {
      utilizationPercent: busy,
      memoryBandwidthPercent: memoryBusy,
      memoryUsedBytes: used,
      memoryTotalBytes: total,
      memoryFreeBytes: used === undefined || total === undefined ? undefined : total - used,
      temperatureCelsius: divide(edge, MILLIDEGREES_PER_DEGREE),
      memoryTemperatureCelsius: divide(memory, MILLIDEGREES_PER_DEGREE),
      powerWatts: divide(average ?? input, MICROWATTS_PER_WATT),
      powerLimitWatts: divide(cap, MICROWATTS_PER_WATT),
      smClockHertz: shaderClock,
      memoryClockHertz: memoryClock,
      eccCorrectedErrors: countIn(errors, 'ce'),
      eccUncorrectedErrors: countIn(errors, 'ue'),
    };
  }

  async #isSleeping(): Promise<boolean> {
    const status = await readText(join(this.#device, 'power/runtime_status'));
    return status === 'suspended' || status === 'suspending' || status === 'resuming';
  }

  async #identify(): Promise<Identity> {
    const [uniqueId, productName, deviceNumber, driverVersion, sensors] = await Promise.all([
      readText(join(this.#device, 'unique_id')),
      readText(join(this.#device, 'product_name')),
      readText(join(this.#device, 'device')),
      readText(join(this.#sysfs, 'module/amdgpu/version')),
      this.#findSensors(),
    ]);
    return {
      // Boards without a number of their own say 0.
      uuid: uniqueId === undefined || /^(?:0x)?0*$/.test(uniqueId) ? undefined : uniqueId,
      name: productName ?? `AMD ${deviceNumber ?? 'GPU'}`,
      driverVersion,
      sensors,
      inputs: sensors === undefined ? new Map() : await readLabels(sensors),
    };
  }

  async #findSensors(): Promise<string | undefined> {
    const folder = join(this.#device, 'hwmon');
    const [first] = (await listFolder(folder)).filter((name) => name.startsWith('hwmon')).sort();
    return first === undefined ? undefined : join(folder, first);
  }
}

async function readLabels(sensors: string): Promise<Map<string, string>> {
  const inputs = new Map<string, string>();
  for (const file of await listFolder(sensors)) {
    const [, input] = /^((?:temp|freq)\d+)_label$/.exec(file) ?? [];
    const label = input === undefined ? undefined : await readText(join(sensors, file));
    if (label !== undefined) {
      inputs.set(label, `${input}_input`);
    }
  }
  return inputs;
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}

/** The text of a file, or undefined where it is missing, empty or refuses (EBUSY, ENOTSUPP, EPERM). */
async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = await readText(path);
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function divide(value: number | undefined, divisor: number): number | undefined {
  return value === undefined ? undefined : value / divisor;
}

function countIn(text: string | undefined, kind: string): number | undefined {
  const [, count] = new RegExp(`^${kind}:\\s*(\\d+)$`, 'm').exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}
