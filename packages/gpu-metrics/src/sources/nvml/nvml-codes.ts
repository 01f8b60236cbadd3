/** Values of `nvmlReturn_t`. https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html */
export const NVML = {
  success: 0,
  uninitialized: 1,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  insufficientSize: 7,
  driverNotLoaded: 9,
  timeout: 10,
  libraryNotFound: 12,
  functionNotFound: 13,
  gpuIsLost: 15,
  versionMismatch: 18,
  argumentVersionMismatch: 25,
  deprecated: 26,
  gpuNotFound: 28,
  unknown: 999,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  1: 'uninitialized',
  2: 'invalid argument',
  3: 'not supported',
  4: 'no permission',
  6: 'not found',
  7: 'insufficient size',
  9: 'driver not loaded',
  10: 'timeout',
  12: 'library not found',
  13: 'function not found',
  15: 'GPU is lost',
  16: 'GPU requires reset',
  17: 'blocked by the operating system',
  18: 'library and driver are of different versions',
  25: 'argument version mismatch',
  26: 'deprecated',
  28: 'GPU not found',
  999: 'unknown error',
};

/** A return code for people: `15 (GPU is lost)`. */
export function describeCode(code: number): string {
  const name = NAMES[code];
  return name === undefined ? String(code) : `${code} (${name})`;
}

/** Codes that a device will give for the same question as long as the driver lives. */
export const NEVER_ANSWERED: ReadonlySet<number> = new Set([
  NVML.invalidArgument,
  NVML.notSupported,
  NVML.functionNotFound,
  NVML.argumentVersionMismatch,
  NVML.deprecated,
]);

/** Codes after which no handle of the library is worth anything. */
export const SESSION_LOST: ReadonlySet<number> = new Set([
  NVML.uninitialized,
  NVML.driverNotLoaded,
  NVML.versionMismatch,
]);

/** Codes after which one device cannot be asked, while others can. */
export const DEVICE_LOST: ReadonlySet<number> = new Set([NVML.gpuIsLost, NVML.gpuNotFound]);

/** The driver was unloaded or replaced: everything starts anew. */
export class NvmlSessionLost extends Error {
  readonly returnCode: number;

  constructor(returnCode: number) {
    super(`NVML: ${describeCode(returnCode)}`);
    this.name = 'NvmlSessionLost';
    this.returnCode = returnCode;
  }
}

/** One GPU fell off the bus. */
export class NvmlDeviceLost extends Error {
  readonly returnCode: number;

  constructor(returnCode: number) {
    super(`NVML: ${describeCode(returnCode)}`);
    this.name = 'NvmlDeviceLost';
    this.returnCode = returnCode;
  }
}
