import { MEMORY, MEMORY_V2, readCount, SLACK, TEMPERATURE_V1 } from './nvml-layout.ts';
import type { NvmlQuestions } from './nvml-questions.ts';

/** `nvmlClockType_t`. */
export const CLOCKS = { sm: 1, memory: 2 } as const;

/** `nvmlTemperatureSensors_t`: the one on the die. */
const DIE_SENSOR = 0;

/** `nvmlMemoryErrorType_t`. */
export const ECC_ERRORS = { corrected: 0, uncorrected: 1 } as const;

/** `nvmlEccCounterType_t`: since the driver was loaded, or over the life of the device. */
const ECC_COUNTERS = { volatile: 0, aggregate: 1 } as const;

/** Bits of the clocks' event reasons that make a GPU slower than it could be. (Idle and settings do not.) */
const THROTTLE_REASONS = [
  ['power_cap', 0x4],
  ['hardware_slowdown', 0x8],
  ['sync_boost', 0x10],
  ['software_thermal', 0x20],
  ['hardware_thermal', 0x40],
  ['power_brake', 0x80],
] as const;

const HERTZ_PER_MEGAHERTZ = 1e6;

/** Memory of a device, in bytes. */
export interface NvmlMemory {
  readonly total: number | undefined;
  readonly free: number | undefined;
  readonly used: number | undefined;
}

/** The single values of one device: each is one call, and undefined where the device does not answer it. */
export class NvmlReadings {
  readonly #questions: NvmlQuestions;
  readonly #handle: bigint;
  readonly #out = Buffer.alloc(MEMORY_V2.size + SLACK);

  constructor(questions: NvmlQuestions, handle: bigint) {
    this.#questions = questions;
    this.#handle = handle;
  }

  /** The second version counts what the driver itself reserves apart from what is used, as `nvidia-smi` does. */
  memory(): NvmlMemory | undefined {
    this.#out.writeUInt32LE(MEMORY_V2.versionWord, 0);
    if (this.#questions.ask('nvmlDeviceGetMemoryInfo_v2', [this.#handle, this.#out])) {
      return this.#readMemory(MEMORY_V2);
    }
    return this.#questions.ask('nvmlDeviceGetMemoryInfo', [this.#handle, this.#out])
      ? this.#readMemory(MEMORY)
      : undefined;
  }

  temperatureCelsius(): number | undefined {
    this.#out.writeUInt32LE(TEMPERATURE_V1.versionWord, 0);
    this.#out.writeUInt32LE(DIE_SENSOR, TEMPERATURE_V1.sensor);
    if (this.#questions.ask('nvmlDeviceGetTemperatureV', [this.#handle, this.#out])) {
      return this.#out.readInt32LE(TEMPERATURE_V1.value);
    }
    return this.#questions.ask('nvmlDeviceGetTemperature', [this.#handle, DIE_SENSOR, this.#out])
      ? this.#out.readUInt32LE(0)
      : undefined;
  }

  powerWatts(): number | undefined {
    const isKnown = this.#questions.ask('nvmlDeviceGetPowerUsage', [this.#handle, this.#out]);
    return isKnown ? this.#out.readUInt32LE(0) / 1000 : undefined;
  }

  powerLimitWatts(): number | undefined {
    const isKnown = this.#questions.ask('nvmlDeviceGetEnforcedPowerLimit', [this.#handle, this.#out]);
    return isKnown ? this.#out.readUInt32LE(0) / 1000 : undefined;
  }

  energyJoules(): number | undefined {
    const isKnown = this.#questions.ask('nvmlDeviceGetTotalEnergyConsumption', [this.#handle, this.#out]);
    const millijoules = isKnown ? readCount(this.#out, 0) : undefined;
    return millijoules === undefined ? undefined : millijoules / 1000;
  }

  clockHertz(clock: number): number | undefined {
    const args = [this.#handle, clock, this.#out];
    return this.#questions.ask('nvmlDeviceGetClockInfo', args, `nvmlDeviceGetClockInfo ${clock}`)
      ? this.#out.readUInt32LE(0) * HERTZ_PER_MEGAHERTZ
      : undefined;
  }

  throttleReasons(): Record<string, boolean> | undefined {
    const args = [this.#handle, this.#out];
    // Renamed with driver 535; the old name stays.
    const isKnown =
      this.#questions.ask('nvmlDeviceGetCurrentClocksEventReasons', args) ||
      this.#questions.ask('nvmlDeviceGetCurrentClocksThrottleReasons', args);
    if (!isKnown) {
      return undefined;
    }
    // All reasons are in the lower half of the 64 bits.
    const bits = this.#out.readUInt32LE(0);
    const reasons: Record<string, boolean> = {};
    for (const [name, bit] of THROTTLE_REASONS) {
      reasons[name] = (bits & bit) !== 0;
    }
    return reasons;
  }

  eccErrors(type: number): number | undefined {
    for (const counter of [ECC_COUNTERS.aggregate, ECC_COUNTERS.volatile]) {
      const topic = `nvmlDeviceGetTotalEccErrors ${type} ${counter}`;
      if (this.#questions.ask('nvmlDeviceGetTotalEccErrors', [this.#handle, type, counter, this.#out], topic)) {
        return readCount(this.#out, 0);
      }
    }
    return undefined;
  }

  #readMemory(layout: typeof MEMORY | typeof MEMORY_V2): NvmlMemory {
    return {
      total: readCount(this.#out, layout.total),
      free: readCount(this.#out, layout.free),
      used: readCount(this.#out, layout.used),
    };
  }
}
