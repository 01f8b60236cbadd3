import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import { definedOnly, type SampleTick } from '../gpu-source.ts';
import { NvmlFieldReader } from './nvml-fields.ts';
import { NvmlGpm } from './nvml-gpm.ts';
import type { NvmlIdentity } from './nvml-inventory.ts';
import type { NvmlLibrary } from './nvml-library.ts';
import { PcieTotal } from './nvml-pcie.ts';
import { processMemory } from './nvml-processes.ts';
import { NvmlQuestions } from './nvml-questions.ts';
import { NvmlReadings } from './nvml-readings.ts';
import { NvmlUtilizationReader } from './nvml-utilization.ts';

/** What all devices of a driver have in common. */
export interface NvmlDeviceParts {
  readonly library: NvmlLibrary;
  readonly driverVersion: string | undefined;
  readonly intervalMs: number;
  /** The process whose memory is told apart; undefined where the driver knows it by another number. */
  readonly processId: number | undefined;
}

/** A device that is being filled in. */
export type GpuDeviceDraft = { -readonly [Property in keyof GpuDevice]: GpuDevice[Property] };

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
  /** What holds until the next slow tick: who the device is, and what is dear to ask. */
  #kept: GpuDevice | undefined;

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
  sample(tick: SampleTick): GpuDeviceDraft {
    if (tick.isSlow || this.#kept === undefined) {
      this.#questions.forgive();
      this.#kept = this.#sampleSlow(tick.nowMs);
    }
    const device: GpuDeviceDraft = { ...this.#kept };
    this.#sampleBoard(device, tick.nowMs);
    return device;
  }

  close(): void {
    this.#gpm.close();
  }

  /** Filled in place and without any object between: this runs for each device at each tick (bench `gpu`). */
  #sampleBoard(device: GpuDeviceDraft, nowMs: number): void {
    const readings = this.#readings;
    put(device, 'temperatureCelsius', readings.temperatureCelsius());
    put(device, 'powerWatts', readings.powerWatts());
    put(device, 'energyJoules', readings.energyJoules());
    put(device, 'smClockHertz', readings.smClockHertz());
    put(device, 'memoryClockHertz', readings.memoryClockHertz());
    put(device, 'throttleReasons', readings.throttleReasons());
    const gpm = this.#gpm.read(nowMs);
    put(device, 'pcieTransmittedBytes', addRate(this.#transmitted, gpm.pcieTransmittedMebibytesPerSecond, nowMs));
    put(device, 'pcieReceivedBytes', addRate(this.#received, gpm.pcieReceivedMebibytesPerSecond, nowMs));
    if (this.identity.hasInstances) {
      // The instances of a GPU that is divided tell its memory and its work.
      return;
    }
    const memory = readings.memory();
    put(device, 'memoryUsedBytes', memory?.used);
    put(device, 'memoryTotalBytes', memory?.total);
    put(device, 'memoryFreeBytes', memory?.free);
    const utilization = this.#utilization.read();
    // An instance has no counter of its busy time; the performance monitor tells the same of it.
    put(device, 'utilizationPercent', utilization.gpuPercent ?? gpm.graphicsPercent);
    put(device, 'memoryBandwidthPercent', utilization.memoryPercent ?? gpm.memoryBandwidthPercent);
    put(device, 'smActivityPercent', gpm.smActivityPercent);
    put(device, 'smOccupancyPercent', gpm.smOccupancyPercent);
    put(device, 'tensorActivityPercent', gpm.tensorActivityPercent);
  }

  /**
   * What is dear to ask, or seldom changes: half a millisecond for each GPU's field values, several for its list of
   * processes.
   */
  #sampleSlow(nowMs: number): GpuDevice {
    const fields = this.#fields.read();
    const { processId, driverVersion } = this.#parts;
    const { handle, hasInstances, id, uuid, name, instance } = this.identity;
    const asksProcesses = processId !== undefined && !hasInstances;
    return definedOnly({
      id,
      vendor: 'nvidia',
      source: 'nvml' as const,
      uuid,
      name,
      driverVersion,
      parentUuid: instance?.parentUuid,
      migProfile: instance?.profile,
      powerLimitWatts: this.#readings.powerLimitWatts(),
      memoryTemperatureCelsius: fields.memoryTemperatureCelsius,
      pcieTransmittedBytes: addCounter(this.#transmitted, fields.pcieTransmittedBytes, nowMs),
      pcieReceivedBytes: addCounter(this.#received, fields.pcieReceivedBytes, nowMs),
      processMemoryBytes: asksProcesses ? processMemory(this.#questions, handle, processId) : undefined,
      eccCorrectedErrors: this.#readings.correctedErrors(),
      eccUncorrectedErrors: this.#readings.uncorrectedErrors(),
    });
  }
}

/** What is not known stays absent. */
function put<Field extends keyof GpuDevice>(
  device: GpuDeviceDraft,
  field: Field,
  value: GpuDevice[Field] | undefined,
): void {
  if (value !== undefined) {
    device[field] = value;
  }
}

/** Counters are better than rates: where a device has them, its rates are not added up. */
function addCounter(total: PcieTotal, counterBytes: number | undefined, nowMs: number): number | undefined {
  return counterBytes === undefined ? undefined : total.add({ counterBytes, mebibytesPerSecond: undefined, nowMs });
}

function addRate(total: PcieTotal, mebibytesPerSecond: number | undefined, nowMs: number): number | undefined {
  return total.hasCounter ? undefined : total.add({ counterBytes: undefined, mebibytesPerSecond, nowMs });
}
