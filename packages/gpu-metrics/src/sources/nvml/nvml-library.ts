import { NVML } from './nvml-codes.ts';

/** An argument of a function of NVML: a number, a handle or 64-bit number, or memory. */
export type NvmlArgument = number | bigint | Buffer | null;

/** NVIDIA's management library. */
export interface NvmlLibrary {
  /** Calls a function; {@link NVML.functionNotFound} where this version of the library does not have it. */
  call(name: NvmlFunction, ...args: readonly NvmlArgument[]): number;
  /** The function itself, for what is called at each tick; where it is missing, one that says so. */
  bind(name: NvmlFunction): NvmlCall;
}

/** A function of NVML. */
export type NvmlCall = (...args: readonly NvmlArgument[]) => number;

/**
 * The functions that are used and their parameters. Handles are opaque pointers, which travel as 64-bit numbers; all
 * results go to memory that is handed in.
 */
const SIGNATURES = {
  nvmlInit_v2: [],
  nvmlInit: [],
  nvmlShutdown: [],
  nvmlSystemGetDriverVersion: ['void *', 'uint'],
  nvmlDeviceGetCount_v2: ['void *'],
  nvmlDeviceGetCount: ['void *'],
  nvmlDeviceGetHandleByIndex_v2: ['uint', 'void *'],
  nvmlDeviceGetHandleByIndex: ['uint', 'void *'],
  nvmlDeviceGetUUID: ['uint64_t', 'void *', 'uint'],
  nvmlDeviceGetName: ['uint64_t', 'void *', 'uint'],
  nvmlDeviceGetMigMode: ['uint64_t', 'void *', 'void *'],
  nvmlDeviceGetMaxMigDeviceCount: ['uint64_t', 'void *'],
  nvmlDeviceGetMigDeviceHandleByIndex: ['uint64_t', 'uint', 'void *'],
  nvmlDeviceGetGpuInstanceId: ['uint64_t', 'void *'],
  nvmlDeviceGetSamples: ['uint64_t', 'int', 'uint64_t', 'void *', 'void *', 'void *'],
  nvmlDeviceGetUtilizationRates: ['uint64_t', 'void *'],
  nvmlDeviceGetMemoryInfo_v2: ['uint64_t', 'void *'],
  nvmlDeviceGetMemoryInfo: ['uint64_t', 'void *'],
  nvmlDeviceGetTemperatureV: ['uint64_t', 'void *'],
  nvmlDeviceGetTemperature: ['uint64_t', 'int', 'void *'],
  nvmlDeviceGetPowerUsage: ['uint64_t', 'void *'],
  nvmlDeviceGetEnforcedPowerLimit: ['uint64_t', 'void *'],
  nvmlDeviceGetTotalEnergyConsumption: ['uint64_t', 'void *'],
  nvmlDeviceGetClockInfo: ['uint64_t', 'int', 'void *'],
  nvmlDeviceGetCurrentClocksEventReasons: ['uint64_t', 'void *'],
  nvmlDeviceGetCurrentClocksThrottleReasons: ['uint64_t', 'void *'],
  nvmlDeviceGetFieldValues: ['uint64_t', 'int', 'void *'],
  nvmlDeviceGetTotalEccErrors: ['uint64_t', 'int', 'int', 'void *'],
  nvmlDeviceGetComputeRunningProcesses_v3: ['uint64_t', 'void *', 'void *'],
  nvmlDeviceGetComputeRunningProcesses_v2: ['uint64_t', 'void *', 'void *'],
  nvmlDeviceGetComputeRunningProcesses: ['uint64_t', 'void *', 'void *'],
  nvmlEventSetCreate: ['void *'],
  nvmlEventSetFree: ['uint64_t'],
  nvmlDeviceRegisterEvents: ['uint64_t', 'uint64_t', 'uint64_t'],
  nvmlEventSetWait_v2: ['uint64_t', 'void *', 'uint'],
  nvmlEventSetWait: ['uint64_t', 'void *', 'uint'],
  nvmlGpmQueryDeviceSupport: ['uint64_t', 'void *'],
  nvmlGpmSampleAlloc: ['void *'],
  nvmlGpmSampleFree: ['uint64_t'],
  nvmlGpmSampleGet: ['uint64_t', 'uint64_t'],
  nvmlGpmMigSampleGet: ['uint64_t', 'uint', 'uint64_t'],
  nvmlGpmMetricsGet: ['void *'],
} as const;

/** Name of a function of NVML that is used. */
export type NvmlFunction = keyof typeof SIGNATURES;

/**
 * Loads NVIDIA's library by the first of the names or paths that works.
 * @throws Error that tells why each of them does not
 */
export async function loadNvml(candidates: readonly string[]): Promise<NvmlLibrary> {
  // Loaded only where it is needed: it takes 8 MB.
  const { default: koffi } = await import('koffi');
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      const library = koffi.load(candidate);
      return new KoffiNvml((name, parameters) => library.func(name, 'int', [...parameters]) as NvmlCall);
    } catch (error) {
      reasons.push(firstLine(error));
    }
  }
  throw new Error(reasons.join('; '));
}

class KoffiNvml implements NvmlLibrary {
  readonly #bind: (name: string, parameters: readonly string[]) => NvmlCall;
  readonly #functions = new Map<NvmlFunction, NvmlCall>();

  constructor(bind: (name: string, parameters: readonly string[]) => NvmlCall) {
    this.#bind = bind;
  }

  call(name: NvmlFunction, ...args: readonly NvmlArgument[]): number {
    return this.bind(name)(...args);
  }

  bind(name: NvmlFunction): NvmlCall {
    let callable = this.#functions.get(name);
    if (callable === undefined) {
      callable = this.#bindOrMissing(name);
      this.#functions.set(name, callable);
    }
    return callable;
  }

  #bindOrMissing(name: NvmlFunction): NvmlCall {
    try {
      return this.#bind(name, SIGNATURES[name]);
    } catch {
      return () => NVML.functionNotFound;
    }
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
