/**
 * Sizes and offsets of NVML's structures on 64-bit systems, as the compiler lays out nvml.h 13.3.29. Structures are read
 * from buffers at these offsets; each buffer is longer than its structure, because drivers have been seen to write more
 * than their headers say.
 */

/** Bytes after each structure that belong to us, should a driver write beyond its end. */
export const SLACK = 64;

export const UTILIZATION = { size: 8, gpu: 0, memory: 4 } as const;

export const MEMORY = { size: 24, total: 0, free: 8, used: 16 } as const;

/** Version word of a structure: its number in the high byte, its size below. (`nvmlMemory_v2_t` is no "2" alone.) */
export const MEMORY_V2 = { size: 40, versionWord: 0x02000028, total: 8, free: 24, used: 32 } as const;

export const TEMPERATURE_V1 = { size: 12, versionWord: 0x0100000c, sensor: 4, value: 8 } as const;

/** Strides that drivers have been seen to write: version 1, versions 2 and 3, and that of 535.43 to 535.86. */
export const PROCESS_INFO = { strides: [16, 24, 32], largestStride: 32, pid: 0, usedMemory: 8 } as const;

export const SAMPLE = { size: 16, timestamp: 0, value: 8 } as const;

export const FIELD_VALUE = { size: 40, fieldId: 0, scopeId: 4, valueType: 24, returnCode: 28, value: 32 } as const;

export const EVENT_DATA = { size: 32, device: 0, type: 8, data: 16 } as const;

export const GPM_SUPPORT = { size: 8, versionWord: 1, isSupported: 4 } as const;

export const GPM_METRICS_GET = {
  versionWord: 1,
  count: 4,
  firstSample: 8,
  secondSample: 16,
  metrics: 24,
  /** `metrics[NVML_GPM_METRIC_MAX]` of the newest header; older libraries have a shorter one. */
  size: 13_344,
} as const;

export const GPM_METRIC = { size: 40, id: 0, returnCode: 4, value: 8 } as const;

/** `nvmlDevice…Name` and UUIDs need at most 96 bytes, versions 80. */
export const TEXT_SIZE = 96;

/** What NVML writes where it knows of no value, as in `usedGpuMemory` under Windows' display driver model. */
export const NOT_AVAILABLE = 0xffff_ffff_ffff_ffffn;

/** The largest value of 32 bits. */
const WORD = 0xffff_ffff;

export const VALUE_TYPES = {
  double: 0,
  unsignedInt: 1,
  unsignedLong: 2,
  unsignedLongLong: 3,
  signedLongLong: 4,
  signedInt: 5,
  unsignedShort: 6,
} as const;

/** The number in a `nvmlValue_t`, or undefined where its type or its value is none. */
export function readValue(buffer: Buffer, offset: number, type: number): number | undefined {
  switch (type) {
    case VALUE_TYPES.double: {
      const value = buffer.readDoubleLE(offset);
      return Number.isFinite(value) ? value : undefined;
    }
    case VALUE_TYPES.unsignedInt:
      return buffer.readUInt32LE(offset);
    case VALUE_TYPES.unsignedLong:
      // An unsigned long has four bytes under Windows.
      return process.platform === 'win32' ? buffer.readUInt32LE(offset) : readCount(buffer, offset);
    case VALUE_TYPES.unsignedLongLong:
      return readCount(buffer, offset);
    case VALUE_TYPES.signedLongLong:
      return Number(buffer.readBigInt64LE(offset));
    case VALUE_TYPES.signedInt:
      return buffer.readInt32LE(offset);
    case VALUE_TYPES.unsignedShort:
      return buffer.readUInt16LE(offset);
    default:
      return undefined;
  }
}

/** An `unsigned long long`, or undefined where it stands for "not available". */
export function readCount(buffer: Buffer, offset: number): number | undefined {
  // Halves, because a number of 64 bits would be an object of its own at each tick.
  const low = buffer.readUInt32LE(offset);
  const high = buffer.readUInt32LE(offset + 4);
  return low === WORD && high === WORD ? undefined : high * (WORD + 1) + low;
}

/** An `unsigned int`, or undefined where all of its bits are set: drivers leave that where a sensor gave nothing. */
export function readWord(buffer: Buffer, offset: number): number | undefined {
  const value = buffer.readUInt32LE(offset);
  return value === WORD ? undefined : value;
}

/** A text that ends with a zero byte. */
export function readText(buffer: Buffer): string {
  const end = buffer.indexOf(0);
  return buffer.toString('utf8', 0, end === -1 ? buffer.length : end);
}
