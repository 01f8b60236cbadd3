import type { Systeminformation } from 'systeminformation';
import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import { definedOnly, type GpuSource, type SampleTick, type SourceOpening } from '../gpu-source.ts';

const BYTES_PER_MEBIBYTE = 1_048_576;
const HERTZ_PER_MEGAHERTZ = 1e6;

/** Starting half a dozen programs only to hear the same names again is not worth doing more often. */
const ASK_AGAIN_MS = 3_600_000;

/** Properties that change while a machine runs. */
const LIVE = ['utilizationPercent', 'memoryUsedBytes', 'temperatureCelsius', 'powerWatts', 'smClockHertz'] as const;

/** Displays that a machine without a GPU has: of management controllers and of virtual machines. */
const CONSOLES =
  /aspeed|matrox|cirrus|virtio|red hat|qemu|bochs|vmware|virtualbox|innotek|hyper-v|basic (?:display|render)/i;

/** The graphics controllers as systeminformation tells them. */
export type AskControllers = () => Promise<readonly Systeminformation.GraphicsControllerData[]>;

const askSysteminformation: AskControllers = async () => {
  // Loaded only where it is needed: it is large.
  const { default: systeminformation } = await import('systeminformation');
  const { controllers } = await systeminformation.graphics();
  return controllers;
};

/**
 * Asks the package systeminformation for the GPUs of all vendors but those `covered` by a better source.
 *
 * It leaves a value of 0 out, which cannot be told from a value that is not known: so its GPUs are silent where they
 * are idle. Each question starts several programs, some of them blocking: where a first answer holds nothing that
 * changes, the next question comes an hour later.
 */
export async function openSysteminformationSource(
  covered: ReadonlySet<string>,
  ask: AskControllers = askSysteminformation,
): Promise<SourceOpening> {
  const source = new SysteminformationSource(covered, ask);
  const devices = await source.sample({ nowMs: 0, isSlow: true });
  return devices.length === 0
    ? { kind: 'empty', reason: 'systeminformation tells of no other GPU' }
    : { kind: 'open', source };
}

class SysteminformationSource implements GpuSource {
  readonly #covered: ReadonlySet<string>;
  readonly #ask: AskControllers;
  #devices: readonly GpuDevice[] = [];
  #askAgainAtMs = -Infinity;

  constructor(covered: ReadonlySet<string>, ask: AskControllers) {
    this.#covered = covered;
    this.#ask = ask;
  }

  async sample({ nowMs }: SampleTick): Promise<readonly GpuDevice[]> {
    if (nowMs >= this.#askAgainAtMs) {
      this.#devices = await this.#read();
      const isLive = this.#devices.some((device) => LIVE.some((property) => device[property] !== undefined));
      this.#askAgainAtMs = isLive ? nowMs : nowMs + ASK_AGAIN_MS;
    }
    return this.#devices;
  }

  close(): void {
    this.#devices = [];
  }

  async #read(): Promise<readonly GpuDevice[]> {
    try {
      const controllers = await this.#ask();
      return controllers
        .filter((controller) => !CONSOLES.test(`${controller.vendor} ${controller.model}`))
        .map((controller) => ({ controller, vendor: vendorOf(controller) }))
        .filter(({ vendor }) => !this.#covered.has(vendor))
        .map(({ controller, vendor }, index) => toDevice(controller, vendor, String(index)));
    } catch {
      return [];
    }
  }
}

const VENDORS: readonly (readonly [pattern: RegExp, vendor: string])[] = [
  [/nvidia/i, 'nvidia'],
  [/\bamd\b|advanced micro devices|\bati\b/i, 'amd'],
  [/intel/i, 'intel'],
  [/apple/i, 'apple'],
];

function vendorOf({ vendor, model }: Systeminformation.GraphicsControllerData): string {
  const text = `${vendor} ${model}`;
  const listed = VENDORS.find(([pattern]) => pattern.test(text))?.[1];
  return listed ?? (vendor === '' ? 'unknown' : vendor.toLowerCase());
}

function toDevice(controller: Systeminformation.GraphicsControllerData, vendor: string, id: string): GpuDevice {
  // `vram` is a share of the main memory where it is dynamic, and -1 or 0 where it is not known.
  const total = controller.memoryTotal ?? (controller.vramDynamic ? undefined : controller.vram);
  return definedOnly({
    id,
    vendor,
    source: 'systeminformation',
    name: controller.name || controller.model || undefined,
    driverVersion: controller.driverVersion || undefined,
    utilizationPercent: known(controller.utilizationGpu),
    memoryBandwidthPercent: known(controller.utilizationMemory),
    memoryUsedBytes: known(controller.memoryUsed, BYTES_PER_MEBIBYTE),
    memoryTotalBytes: known(total || undefined, BYTES_PER_MEBIBYTE),
    memoryFreeBytes: known(controller.memoryFree, BYTES_PER_MEBIBYTE),
    temperatureCelsius: known(controller.temperatureGpu),
    powerWatts: known(controller.powerDraw),
    powerLimitWatts: known(controller.powerLimit),
    smClockHertz: known(controller.clockCore, HERTZ_PER_MEGAHERTZ),
    memoryClockHertz: known(controller.clockMemory, HERTZ_PER_MEGAHERTZ),
  });
}

function known(value: number | null | undefined, factor = 1): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value * factor : undefined;
}
