import { MEMORY, MEMORY_V2, readCount, readWord, SLACK, TEMPERATURE_V1 } from './nvml-layout.ts';
import type { NvmlQuestion, NvmlQuestions } from './nvml-questions.ts';

/** `nvmlClockType_t`. */
const CLOCKS = { sm: 1, memory: 2 } as const;

/** `nvmlTemperatureSensors_t`: the one on the die. */
const DIE_SENSOR = 0;

/** `nvmlMemoryErrorType_t`. */
const ECC_ERRORS = { corrected: 0, uncorrected: 1 } as const;

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

const MILLIWATTS_PER_WATT = 1000;
const HERTZ_PER_MEGAHERTZ = 1e6;

/** Memory of a device, in bytes. */
export interface NvmlMemory {
  readonly total: number | undefined;
  readonly free: number | undefined;
  readonly used: number | undefined;
}

/** The single values of one device: each is one call, and undefined where the device does not answer it. */
export class NvmlReadings {
  readonly #out = Buffer.alloc(MEMORY_V2.size + SLACK);
  readonly #memoryV2: NvmlQuestion;
  readonly #memory: NvmlQuestion;
  readonly #temperatureV: NvmlQuestion;
  readonly #temperature: NvmlQuestion;
  readonly #power: NvmlQuestion;
  readonly #powerLimit: NvmlQuestion;
  readonly #energy: NvmlQuestion;
  readonly #smClock: NvmlQuestion;
  readonly #memoryClock: NvmlQuestion;
  readonly #eventReasons: NvmlQuestion;
  readonly #throttleReasons: NvmlQuestion;
  readonly #corrected: readonly NvmlQuestion[];
  readonly #uncorrected: readonly NvmlQuestion[];

  constructor(questions: NvmlQuestions, handle: bigint) {
    const simple = [handle, this.#out];
    const clock = (type: number): NvmlQuestion =>
      questions.prepare('nvmlDeviceGetClockInfo', [handle, type, this.#out], `nvmlDeviceGetClockInfo ${type}`);
    const ecc = (type: number): NvmlQuestion[] =>
      // Over the life of the device where it tells, else since the driver was loaded.
      [ECC_COUNTERS.aggregate, ECC_COUNTERS.volatile].map((counter) =>
        questions.prepare(
          'nvmlDeviceGetTotalEccErrors',
          [handle, type, counter, this.#out],
          `nvmlDeviceGetTotalEccErrors ${type} ${counter}`,
        ),
      );
    this.#memoryV2 = questions.prepare('nvmlDeviceGetMemoryInfo_v2', simple);
    this.#memory = questions.prepare('nvmlDeviceGetMemoryInfo', simple);
    this.#temperatureV = questions.prepare('nvmlDeviceGetTemperatureV', simple);
    this.#temperature = questions.prepare('nvmlDeviceGetTemperature', [handle, DIE_SENSOR, this.#out]);
    this.#power = questions.prepare('nvmlDeviceGetPowerUsage', simple);
    this.#powerLimit = questions.prepare('nvmlDeviceGetEnforcedPowerLimit', simple);
    this.#energy = questions.prepare('nvmlDeviceGetTotalEnergyConsumption', simple);
    this.#smClock = clock(CLOCKS.sm);
    this.#memoryClock = clock(CLOCKS.memory);
    // Renamed with driver 535; the old name stays.
    this.#eventReasons = questions.prepare('nvmlDeviceGetCurrentClocksEventReasons', simple);
    this.#throttleReasons = questions.prepare('nvmlDeviceGetCurrentClocksThrottleReasons', simple);
    this.#corrected = ecc(ECC_ERRORS.corrected);
    this.#uncorrected = ecc(ECC_ERRORS.uncorrected);
  }

  /** The second version counts what the driver itself reserves apart from what is used, as `nvidia-smi` does. */
  memory(): NvmlMemory | undefined {
    this.#out.writeUInt32LE(MEMORY_V2.versionWord, 0);
    if (this.#memoryV2.ask()) {
      return this.#readMemory(MEMORY_V2);
    }
    return this.#memory.ask() ? this.#readMemory(MEMORY) : undefined;
  }

  temperatureCelsius(): number | undefined {
    this.#out.writeUInt32LE(TEMPERATURE_V1.versionWord, 0);
    this.#out.writeUInt32LE(DIE_SENSOR, TEMPERATURE_V1.sensor);
    if (this.#temperatureV.ask()) {
      return this.#out.readInt32LE(TEMPERATURE_V1.value);
    }
    return this.#temperature.ask() ? readWord(this.#out, 0) : undefined;
  }

  powerWatts(): number | undefined {
    return this.#watts(this.#power);
  }

  powerLimitWatts(): number | undefined {
    return this.#watts(this.#powerLimit);
  }

  energyJoules(): number | undefined {
    const millijoules = this.#energy.ask() ? readCount(this.#out, 0) : undefined;
    return millijoules === undefined ? undefined : millijoules / 1000;
  }

  smClockHertz(): number | undefined {
    return this.#hertz(this.#smClock);
  }

  memoryClockHertz(): number | undefined {
    return this.#hertz(this.#memoryClock);
  }

  throttleReasons(): Record<string, boolean> | undefined {
    if (!this.#eventReasons.ask() && !this.#throttleReasons.ask()) {
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

  correctedErrors(): number | undefined {
    return this.#firstCount(this.#corrected);
  }

  uncorrectedErrors(): number | undefined {
    return this.#firstCount(this.#uncorrected);
  }

  #watts(question: NvmlQuestion): number | undefined {
    const milliwatts = question.ask() ? readWord(this.#out, 0) : undefined;
    return milliwatts === undefined ? undefined : milliwatts / MILLIWATTS_PER_WATT;
  }

  #hertz(question: NvmlQuestion): number | undefined {
    const megahertz = question.ask() ? readWord(this.#out, 0) : undefined;
    return megahertz === undefined ? undefined : megahertz * HERTZ_PER_MEGAHERTZ;
  }

  #firstCount(questions: readonly NvmlQuestion[]): number | undefined {
    return questions.some((question) => question.ask()) ? readCount(this.#out, 0) : undefined;
  }

  #readMemory(layout: typeof MEMORY | typeof MEMORY_V2): NvmlMemory {
    return {
      total: readCount(this.#out, layout.total),
      free: readCount(this.#out, layout.free),
      used: readCount(this.#out, layout.used),
    };
  }
}
