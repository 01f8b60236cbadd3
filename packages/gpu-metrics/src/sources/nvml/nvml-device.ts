import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import { definedOnly, type SampleTick } from '../gpu-source.ts';
import { NvmlFieldReader } from './nvml-fields.ts';
import { NvmlGpm } from './nvml-gpm.ts';
import type { NvmlIdentity } from './nvml-inventory.ts';
import type { NvmlLibrary } from './nvml-library.ts';
import { PcieTotal } from './nvml-pcie.ts';
import { processMemory } from './nvml-processes.ts';
import { NvmlQuestions } from './nvml-questions.ts';
import { CLOCKS, ECC_ERRORS, NvmlReadings } from './nvml-readings.ts';
import { NvmlUtilizationReader } from './nvml-utilization.ts';

/** What all devices of a driver have in common. */
export interface NvmlDeviceParts {
  readonly library: NvmlLibrary;
  readonly driverVersion: string | undefined;
  readonly intervalMs: number;
  /** The process whose memory is told apart; undefined where the driver knows it by another number. */
  readonly processId: number | undefined;
}

/** What is dear to ask: half a millisecond for each GPU's field values, several for its list of processes. */
interface SlowReadings {
  readonly memoryTemperatureCelsius?: number | undefined;
  readonly pcieTransmittedBytes?: number | undefined;
  readonly pcieReceivedBytes?: number | undefined;
  readonly processMemoryBytes?: number | undefined;
  readonly eccCorrectedErrors?: number | undefined;
  readonly eccUncorrectedErrors?: number | undefined;
}

/** Asks one device for all that it tells. */
export class NvmlDevice {
  readonly identity: NvmlIdentity;
  readonly #parts: NvmlDeviceParts;
  readonly #questions: NvmlQuestions;
  readonly #readings: NvmlReadings;
  readonly #utilization: NvmlUtilizationReader;
  readonly #fields: NvmlFieldReader;
  readonly #gpm: NvmlGpm;
  readonly #transmitted = new PcieTotal();
  readonly #received = new PcieTotal();
  #slow: SlowReadings | undefined;

  constructor(identity: NvmlIdentity, parts: NvmlDeviceParts) {
    this.identity = identity;
    this.#parts = parts;
    this.#questions = new NvmlQuestions(parts.library);
    this.#readings = new NvmlReadings(this.#questions, identity.handle);
    this.#utilization = new NvmlUtilizationReader(this.#questions, identity.handle, parts.intervalMs);
    this.#fields = new NvmlFieldReader(this.#questions, identity.handle);
    this.#gpm = new NvmlGpm(parts.library, this.#questions, {
      gpu: identity.gpu,
      gpuInstanceId: identity.instance?.gpuInstanceId,
    });
  }

  /**
   * All that the device tells now.
   * @throws NvmlSessionLost if the driver is gone
   * @throws NvmlDeviceLost if the device is gone
   */
  sample(tick: SampleTick): GpuDevice {
    if (tick.isSlow || this.#slow === undefined) {
      this.#questions.forgive();
      this.#slow = this.#sampleSlow(tick.nowMs);
    }
    const { id, uuid, name, instance, hasInstances } = this.identity;
    return definedOnly({
      id,
      vendor: 'nvidia',
      source: 'nvml',
      uuid,
      name,
      driverVersion: this.#parts.driverVersion,
      parentUuid: instance?.parentUuid,
      migProfile: instance?.profile,
      ...(hasInstances ? undefined : this.#sampleWork()),
      ...this.#sampleBoard(tick),
      ...definedOnly(this.#slow),
    });
  }

  close(): void {
    this.#gpm.close();
  }

  /** Memory in use: of a GPU that is divided, its instances tell it. */
  #sampleWork(): Partial<GpuDevice> {
    const memory = this.#readings.memory();
    return {
      ...(memory?.used === undefined ? undefined : { memoryUsedBytes: memory.used }),
      ...(memory?.total === undefined ? undefined : { memoryTotalBytes: memory.total }),
      ...(memory?.free === undefined ? undefined : { memoryFreeBytes: memory.free }),
    };
  }

  #sampleBoard(tick: SampleTick): { readonly [Key in keyof GpuDevice]?: GpuDevice[Key] | undefined } {
    const gpm = this.#gpm.read(tick.nowMs);
    const { nowMs } = tick;
    const board = {
      temperatureCelsius: this.#readings.temperatureCelsius(),
      powerWatts: this.#readings.powerWatts(),
      powerLimitWatts: this.#readings.powerLimitWatts(),
      energyJoules: this.#readings.energyJoules(),
      smClockHertz: this.#readings.clockHertz(CLOCKS.sm),
      memoryClockHertz: this.#readings.clockHertz(CLOCKS.memory),
      throttleReasons: this.#readings.throttleReasons(),
      pcieTransmittedBytes: addRate(this.#transmitted, gpm.pcieTransmittedMebibytesPerSecond, nowMs),
      pcieReceivedBytes: addRate(this.#received, gpm.pcieReceivedMebibytesPerSecond, nowMs),
    };
    if (this.identity.hasInstances) {
      return board;
    }
    const utilization = this.#utilization.read();
    return {
      ...board,
      // An instance has no counter of its busy time; the performance monitor tells the same of it.
      utilizationPercent: utilization.gpuPercent ?? gpm.graphicsPercent,
      memoryBandwidthPercent: utilization.memoryPercent ?? gpm.memoryBandwidthPercent,
      smActivityPercent: gpm.smActivityPercent,
      smOccupancyPercent: gpm.smOccupancyPercent,
      tensorActivityPercent: gpm.tensorActivityPercent,
    };
  }

  #sampleSlow(nowMs: number): SlowReadings {
    const fields = this.#fields.read();
    const { processId } = this.#parts;
    const { handle, hasInstances } = this.identity;
    const asksProcesses = processId !== undefined && !hasInstances;
    return {
      memoryTemperatureCelsius: fields.memoryTemperatureCelsius,
      pcieTransmittedBytes: addCounter(this.#transmitted, fields.pcieTransmittedBytes, nowMs),
      pcieReceivedBytes: addCounter(this.#received, fields.pcieReceivedBytes, nowMs),
      processMemoryBytes: asksProcesses ? processMemory(this.#questions, handle, processId) : undefined,
      eccCorrectedErrors: this.#readings.eccErrors(ECC_ERRORS.corrected),
      eccUncorrectedErrors: this.#readings.eccErrors(ECC_ERRORS.uncorrected),
    };
  }
}

/** Counters are better than rates: where a device has them, its rates are not added up. */
function addCounter(total: PcieTotal, counterBytes: number | undefined, nowMs: number): number | undefined {
  return counterBytes === undefined ? undefined : total.add({ counterBytes, mebibytesPerSecond: undefined, nowMs });
}

function addRate(total: PcieTotal, mebibytesPerSecond: number | undefined, nowMs: number): number | undefined {
  return total.hasCounter ? undefined : total.add({ counterBytes: undefined, mebibytesPerSecond, nowMs });
}
