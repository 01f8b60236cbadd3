import { NVML } from './nvml-codes.ts';
import { EVENT_DATA, readCount, SLACK } from './nvml-layout.ts';
import type { NvmlFunction, NvmlLibrary } from './nvml-library.ts';

/** `nvmlEventTypeXidCriticalError`. */
const XID_EVENT = 8n;

/** A GPU that goes down writes a handful; what is beyond this waits for the next tick. */
const MOST_EVENTS_PER_TICK = 256;

/** A critical error that a driver reported. */
export interface XidEvent {
  readonly device: bigint;
  /** Its number. https://docs.nvidia.com/deploy/xid-errors/ */
  readonly xid: number;
}

/** Collects the critical errors (XID) of all devices. Linux alone has them. */
export class NvmlEvents {
  readonly #library: NvmlLibrary;
  readonly #data = Buffer.alloc(EVENT_DATA.size + SLACK);
  readonly #registered = new Set<bigint>();
  #set: bigint | undefined;
  #wait: NvmlFunction = 'nvmlEventSetWait_v2';

  constructor(library: NvmlLibrary) {
    this.#library = library;
    const out = Buffer.alloc(8 + SLACK);
    if (library.call('nvmlEventSetCreate', out) === NVML.success) {
      this.#set = out.readBigUInt64LE(0);
    }
  }

  /** Counts the errors of this device from now on, if the driver can tell of them. */
  register(device: bigint): void {
    if (
      this.#set !== undefined &&
      !this.#registered.has(device) &&
      this.#library.call('nvmlDeviceRegisterEvents', device, XID_EVENT, this.#set) === NVML.success
    ) {
      this.#registered.add(device);
    }
  }

  isRegistered(device: bigint): boolean {
    return this.#registered.has(device);
  }

  /** What was reported since the last call. It does not wait. */
  take(): XidEvent[] {
    const events: XidEvent[] = [];
    for (let turn = 0; this.#set !== undefined && turn < MOST_EVENTS_PER_TICK; turn++) {
      const code = this.#waitForNone(this.#set);
      if (code !== NVML.success) {
        break;
      }
      const xid = readCount(this.#data, EVENT_DATA.data);
      if (this.#data.readBigUInt64LE(EVENT_DATA.type) === XID_EVENT && xid !== undefined) {
        events.push({ device: this.#data.readBigUInt64LE(EVENT_DATA.device), xid });
      }
    }
    return events;
  }

  close(): void {
    if (this.#set !== undefined) {
      this.#library.call('nvmlEventSetFree', this.#set);
      this.#set = undefined;
    }
  }

  #waitForNone(set: bigint): number {
    const code = this.#library.call(this.#wait, set, this.#data, 0);
    if (code !== NVML.functionNotFound || this.#wait === 'nvmlEventSetWait') {
      return code;
    }
    this.#wait = 'nvmlEventSetWait';
    return this.#library.call(this.#wait, set, this.#data, 0);
  }
}
