import { NVML } from './nvml-codes.ts';
import { FIELD_VALUE, readValue, SLACK, VALUE_TYPES } from './nvml-layout.ts';
import type { NvmlQuestions } from './nvml-questions.ts';

/** `NVML_FI_DEV_…`: values that have a number instead of a function. */
const FIELDS = { memoryTemperature: 82, pcieTransmitted: 197, pcieReceived: 198 } as const;

const ORDER = [FIELDS.memoryTemperature, FIELDS.pcieTransmitted, FIELDS.pcieReceived] as const;

/** What a device tells by field numbers. */
export interface NvmlFieldReadings {
  readonly memoryTemperatureCelsius?: number;
  /** Counter of unknown length that starts again at 0. */
  readonly pcieTransmittedBytes?: number;
  readonly pcieReceivedBytes?: number;
}

/** Reads all fields of interest with one call. */
export class NvmlFieldReader {
  readonly #questions: NvmlQuestions;
  readonly #handle: bigint;
  readonly #values = Buffer.alloc(ORDER.length * FIELD_VALUE.size + SLACK);

  constructor(questions: NvmlQuestions, handle: bigint) {
    this.#questions = questions;
    this.#handle = handle;
  }

  read(): NvmlFieldReadings {
    this.#values.fill(0);
    for (const [index, field] of ORDER.entries()) {
      this.#values.writeUInt32LE(field, index * FIELD_VALUE.size + FIELD_VALUE.fieldId);
      // A field that the driver skips shall not look like a success.
      this.#values.writeUInt32LE(NVML.unknown, index * FIELD_VALUE.size + FIELD_VALUE.returnCode);
    }
    if (!this.#questions.ask('nvmlDeviceGetFieldValues', [this.#handle, ORDER.length, this.#values])) {
      return {};
    }
    const memoryTemperatureCelsius = this.#read(0);
    const pcieTransmittedBytes = this.#readLongCounter(1);
    const pcieReceivedBytes = this.#readLongCounter(2);
    return {
      // 0 °C is what drivers say for memory without a sensor.
      ...(memoryTemperatureCelsius === undefined || memoryTemperatureCelsius === 0
        ? undefined
        : { memoryTemperatureCelsius }),
      ...(pcieTransmittedBytes === undefined ? undefined : { pcieTransmittedBytes }),
      ...(pcieReceivedBytes === undefined ? undefined : { pcieReceivedBytes }),
    };
  }

  #read(index: number): number | undefined {
    const offset = index * FIELD_VALUE.size;
    return this.#values.readUInt32LE(offset + FIELD_VALUE.returnCode) === NVML.success
      ? readValue(this.#values, offset + FIELD_VALUE.value, this.#values.readUInt32LE(offset + FIELD_VALUE.valueType))
      : undefined;
  }

  /** Four gigabytes pass a PCIe link in a tenth of a second: of a counter that short nothing can be learnt. */
  #readLongCounter(index: number): number | undefined {
    const type = this.#values.readUInt32LE(index * FIELD_VALUE.size + FIELD_VALUE.valueType);
    return type === VALUE_TYPES.unsignedLongLong || type === VALUE_TYPES.unsignedLong ? this.#read(index) : undefined;
  }
}
