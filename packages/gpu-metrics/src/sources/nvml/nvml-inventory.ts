import { DEVICE_LOST, NVML, NvmlSessionLost, SESSION_LOST } from './nvml-codes.ts';
import { readText, SLACK, TEXT_SIZE } from './nvml-layout.ts';
import type { NvmlLibrary } from './nvml-library.ts';

/** A device that can be asked: a GPU, or an instance of one. */
export interface NvmlIdentity {
  readonly handle: bigint;
  /** Handle of the GPU; for a GPU its own. */
  readonly gpu: bigint;
  readonly id: string;
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  /** Present for an instance. */
  readonly instance?: {
    readonly parentUuid: string | undefined;
    readonly profile: string | undefined;
    readonly gpuInstanceId: number | undefined;
  };
  /** Whether the instances of this GPU are devices of their own; their memory and work are not told twice. */
  readonly hasInstances: boolean;
}

/** What there is. */
export interface NvmlInventory {
  /** As the driver counts GPUs, those that cannot be asked included. */
  readonly count: number;
  /** GPUs that the driver counts and that are lost. */
  readonly lost: number;
  readonly devices: readonly NvmlIdentity[];
}

/** NVIDIA divides a GPU into at most seven; a driver that says more than this is not believed. */
const MOST_INSTANCES = 64;
const MOST_GPUS = 128;

const COUNT = Buffer.alloc(4 + SLACK);

/** How many GPUs the driver counts. */
export function countGpus(library: NvmlLibrary): number {
  // Shared, because this is asked at each tick.
  const out = COUNT;
  const code = either(
    () => library.call('nvmlDeviceGetCount_v2', out),
    () => library.call('nvmlDeviceGetCount', out),
  );
  throwIfLost(code);
  return code === NVML.success ? Math.min(out.readUInt32LE(0), MOST_GPUS) : 0;
}

/**
 * Looks for all devices.
 * @throws NvmlSessionLost if the driver is gone
 */
export function takeInventory(library: NvmlLibrary): NvmlInventory {
  const count = countGpus(library);
  const devices: NvmlIdentity[] = [];
  const out = Buffer.alloc(8 + SLACK);
  let lost = 0;
  for (let index = 0; index < count; index++) {
    const code = either(
      () => library.call('nvmlDeviceGetHandleByIndex_v2', index, out),
      () => library.call('nvmlDeviceGetHandleByIndex', index, out),
    );
    throwIfLost(code);
    lost += DEVICE_LOST.has(code) ? 1 : 0;
    if (code === NVML.success) {
      const handle = out.readBigUInt64LE(0);
      const uuid = ask(library, 'nvmlDeviceGetUUID', handle);
      const instances = findInstances(library, handle, index, uuid);
      const name = ask(library, 'nvmlDeviceGetName', handle);
      devices.push({ handle, gpu: handle, id: String(index), uuid, name, hasInstances: instances.length > 0 });
      devices.push(...instances);
    }
  }
  return { count, lost, devices };
}

function findInstances(
  library: NvmlLibrary,
  gpu: bigint,
  index: number,
  parentUuid: string | undefined,
): NvmlIdentity[] {
  if (!mayHaveInstances(library, gpu)) {
    return [];
  }
  const out = Buffer.alloc(8 + SLACK);
  const hasMost = library.call('nvmlDeviceGetMaxMigDeviceCount', gpu, out) === NVML.success;
  const most = hasMost ? Math.min(out.readUInt32LE(0), MOST_INSTANCES) : 0;
  const instances: NvmlIdentity[] = [];
  for (let position = 0; position < most; position++) {
    if (library.call('nvmlDeviceGetMigDeviceHandleByIndex', gpu, position, out) === NVML.success) {
      const handle = out.readBigUInt64LE(0);
      const name = ask(library, 'nvmlDeviceGetName', handle);
      const hasId = library.call('nvmlDeviceGetGpuInstanceId', handle, out) === NVML.success;
      instances.push({
        handle,
        gpu,
        id: `${index}:${position}`,
        uuid: ask(library, 'nvmlDeviceGetUUID', handle),
        name,
        hasInstances: false,
        instance: {
          parentUuid,
          profile: name === undefined ? undefined : /\bMIG (\S+)/.exec(name)?.[1],
          gpuInstanceId: hasId ? out.readUInt32LE(0) : undefined,
        },
      });
    }
  }
  return instances;
}

/** A container that was given an instance often may not ask its GPU, so only a clear no counts. */
function mayHaveInstances(library: NvmlLibrary, gpu: bigint): boolean {
  const current = Buffer.alloc(4 + SLACK);
  const pending = Buffer.alloc(4 + SLACK);
  const code = library.call('nvmlDeviceGetMigMode', gpu, current, pending);
  return code === NVML.success ? current.readUInt32LE(0) === 1 : code === NVML.noPermission || code === NVML.unknown;
}

function ask(
  library: NvmlLibrary,
  name: 'nvmlDeviceGetUUID' | 'nvmlDeviceGetName',
  handle: bigint,
): string | undefined {
  const out = Buffer.alloc(TEXT_SIZE + SLACK);
  return library.call(name, handle, out, TEXT_SIZE) === NVML.success ? readText(out) || undefined : undefined;
}

/** The newer version of a function, and the older where the library has only that. */
function either(newer: () => number, older: () => number): number {
  const code = newer();
  return code === NVML.functionNotFound ? older() : code;
}

function throwIfLost(code: number): void {
  if (SESSION_LOST.has(code)) {
    throw new NvmlSessionLost(code);
  }
}
