import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import type { SampleTick, TakeNote } from '../gpu-source.ts';
import { NVML, NvmlDeviceLost } from './nvml-codes.ts';
import { type GpuDeviceDraft, NvmlDevice, type NvmlDeviceParts } from './nvml-device.ts';
import { NvmlEvents } from './nvml-events.ts';
import { countGpus, type NvmlIdentity, type NvmlInventory, takeInventory } from './nvml-inventory.ts';
import { readText, SLACK, TEXT_SIZE } from './nvml-layout.ts';
import type { NvmlLibrary } from './nvml-library.ts';

/** Critical errors of a device, counted here: the driver only reports them. */
interface XidCount {
  errors: number;
  last: number | undefined;
}

export interface NvmlSessionParts {
  readonly library: NvmlLibrary;
  readonly intervalMs: number;
  readonly processId: number | undefined;
  readonly takeNote: TakeNote;
  /** Counts by UUID, which outlive a session. */
  readonly xidCounts: Map<string, XidCount>;
}

/** What a tick brought. */
export interface NvmlSample {
  readonly devices: readonly GpuDevice[];
  /** Whether all GPUs that the driver counts, now as before, were asked. If not, a new session may find more. */
  readonly isWhole: boolean;
}

/** The time between one initialisation of NVML and its end, in which handles are good. */
export class NvmlSession {
  readonly #parts: NvmlSessionParts;
  readonly #deviceParts: NvmlDeviceParts;
  readonly #events: NvmlEvents;
  #inventory: NvmlInventory;
  #devices: NvmlDevice[];

  /** @throws NvmlSessionLost if the driver is gone again */
  constructor(parts: NvmlSessionParts) {
    const { library, intervalMs, processId } = parts;
    this.#parts = parts;
    this.#deviceParts = { library, intervalMs, processId, driverVersion: driverVersion(library) };
    this.#inventory = takeInventory(library);
    this.#devices = this.#inventory.devices.map((identity) => new NvmlDevice(identity, this.#deviceParts));
    this.#events = new NvmlEvents(library);
    this.#watch();
  }

  get gpuCount(): number {
    return this.#inventory.count;
  }

  /** @throws NvmlSessionLost if the driver is gone */
  sample(tick: SampleTick): NvmlSample {
    const count = countGpus(this.#parts.library);
    if (tick.isSlow) {
      this.#renewInventory();
    }
    // A driver that counts no GPU where there was one is on its way out or back in.
    let isWhole = count > 0 && count === this.#inventory.count && this.#inventory.lost === 0;
    const devices: GpuDevice[] = [];
    this.#countXids();
    for (const device of this.#devices) {
      try {
        const sample = device.sample(tick);
        this.#addXids(device.identity, sample);
        devices.push(sample);
      } catch (error) {
        if (!(error instanceof NvmlDeviceLost)) {
          throw error;
        }
        isWhole = false;
        const text = `GPU ${device.identity.id} (${device.identity.uuid}) cannot be asked: ${error.message}.`;
        this.#parts.takeNote({ level: 'warn', cause: `lost ${device.identity.id}`, text });
      }
    }
    return { devices, isWhole };
  }

  /** Gives back what the driver holds for us, so that it can be reset or unloaded. */
  close(): void {
    for (const device of this.#devices) {
      device.close();
    }
    this.#events.close();
    this.#parts.library.call('nvmlShutdown');
  }

  /** MIG instances come and go without any other sign. What is known of a device that stayed is kept. */
  #renewInventory(): void {
    const inventory = takeInventory(this.#parts.library);
    const stayed = new Map(this.#devices.map((device) => [identityKey(device.identity), device]));
    this.#inventory = inventory;
    this.#devices = inventory.devices.map((identity) => {
      const key = identityKey(identity);
      const device = stayed.get(key) ?? new NvmlDevice(identity, this.#deviceParts);
      stayed.delete(key);
      return device;
    });
    for (const gone of stayed.values()) {
      gone.close();
    }
    this.#watch();
  }

  /** Instances have no events of their own. */
  #watch(): void {
    for (const { identity } of this.#devices) {
      if (identity.instance === undefined) {
        this.#events.register(identity.handle);
      }
    }
  }

  #countXids(): void {
    for (const { device, xid } of this.#events.take()) {
      const identity = this.#inventory.devices.find(({ handle }) => handle === device);
      if (identity !== undefined) {
        const count = this.#xidCount(identity);
        count.errors += 1;
        count.last = xid;
        const text = `the driver reports XID ${xid} of GPU ${identity.id} (${identity.uuid}).`;
        this.#parts.takeNote({ level: 'warn', cause: `xid ${identity.id}`, text });
      }
    }
  }

  #addXids(identity: NvmlIdentity, device: GpuDeviceDraft): void {
    if (!this.#events.isRegistered(identity.handle)) {
      return;
    }
    const { errors, last } = this.#xidCount(identity);
    device.xidErrors = errors;
    if (last !== undefined) {
      device.lastXid = last;
    }
  }

  #xidCount({ uuid, id }: NvmlIdentity): XidCount {
    const key = uuid ?? id;
    let count = this.#parts.xidCounts.get(key);
    if (count === undefined) {
      count = { errors: 0, last: undefined };
      this.#parts.xidCounts.set(key, count);
    }
    return count;
  }
}

function identityKey({ uuid, handle, id, hasInstances }: NvmlIdentity): string {
  return [uuid, handle, id, hasInstances].join(' ');
}

function driverVersion(library: NvmlLibrary): string | undefined {
  const out = Buffer.alloc(TEXT_SIZE + SLACK);
  return library.call('nvmlSystemGetDriverVersion', out, TEXT_SIZE) === NVML.success
    ? readText(out) || undefined
    : undefined;
}
