import { DEVICE_LOST, NEVER_ANSWERED, NVML, NvmlDeviceLost, NvmlSessionLost, SESSION_LOST } from './nvml-codes.ts';
import type { NvmlArgument, NvmlFunction, NvmlLibrary } from './nvml-library.ts';

/**
 * Asks one device, and learns what it does not answer: what it does not support is not asked again, what it may not be
 * asked only when {@link forgive} was called. Each refusal costs a call into the kernel.
 */
export class NvmlQuestions {
  readonly #library: NvmlLibrary;
  readonly #unsupported = new Set<string>();
  readonly #forbidden = new Set<string>();

  constructor(library: NvmlLibrary) {
    this.#library = library;
  }

  /**
   * Whether the device answered.
   * @param topic what refusals are remembered under, where a function has several topics
   * @throws NvmlSessionLost if the driver is gone
   * @throws NvmlDeviceLost if the device is gone
   */
  ask(name: NvmlFunction, args: readonly NvmlArgument[], topic: string = name): boolean {
    return this.askForCode(name, args, topic) === NVML.success;
  }

  /** As {@link ask}, for questions with more than one good answer. */
  askForCode(name: NvmlFunction, args: readonly NvmlArgument[], topic: string = name): number {
    if (this.#unsupported.has(topic) || this.#forbidden.has(topic)) {
      return NVML.notSupported;
    }
    const code = this.#library.call(name, ...args);
    if (code === NVML.success) {
      return code;
    }
    if (SESSION_LOST.has(code)) {
      throw new NvmlSessionLost(code);
    }
    if (DEVICE_LOST.has(code)) {
      throw new NvmlDeviceLost(code);
    }
    if (NEVER_ANSWERED.has(code)) {
      this.#unsupported.add(topic);
    } else if (code === NVML.noPermission) {
      this.#forbidden.add(topic);
    }
    return code;
  }

  /** A permission may be given later. */
  forgive(): void {
    this.#forbidden.clear();
  }
}
