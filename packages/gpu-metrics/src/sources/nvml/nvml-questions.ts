import { DEVICE_LOST, NEVER_ANSWERED, NVML, NvmlDeviceLost, NvmlSessionLost, SESSION_LOST } from './nvml-codes.ts';
import type { NvmlArgument, NvmlCall, NvmlFunction, NvmlLibrary } from './nvml-library.ts';

/** What a device refused to answer. */
interface Refusal {
  isFinal: boolean;
  isForbidden: boolean;
}

/**
 * Asks one device, and learns what it does not answer: what it does not support is not asked again, what it may not be
 * asked only when {@link forgive} was called. Each refusal costs a call into the kernel.
 */
export class NvmlQuestions {
  readonly #library: NvmlLibrary;
  readonly #refusals = new Map<string, Refusal>();

  constructor(library: NvmlLibrary) {
    this.#library = library;
  }

  /**
   * A question that is asked at each tick: all that can be done before is done once.
   * @param args kept; what is changed in it holds for the next call
   * @param topic what refusals are remembered under, where a function has several topics
   */
  prepare(name: NvmlFunction, args: readonly NvmlArgument[], topic: string = name): NvmlQuestion {
    return new NvmlQuestion(this.#library.bind(name), args, this.#refusalOf(topic));
  }

  /**
   * Whether the device answered.
   * @throws NvmlSessionLost if the driver is gone
   * @throws NvmlDeviceLost if the device is gone
   */
  ask(name: NvmlFunction, args: readonly NvmlArgument[]): boolean {
    return this.askForCode(name, args) === NVML.success;
  }

  /** As {@link ask}, for questions with more than one good answer. */
  askForCode(name: NvmlFunction, args: readonly NvmlArgument[]): number {
    return this.prepare(name, args).askForCode();
  }

  /** A permission may be given later. */
  forgive(): void {
    for (const refusal of this.#refusals.values()) {
      refusal.isForbidden = false;
    }
  }

  #refusalOf(topic: string): Refusal {
    let refusal = this.#refusals.get(topic);
    if (refusal === undefined) {
      refusal = { isFinal: false, isForbidden: false };
      this.#refusals.set(topic, refusal);
    }
    return refusal;
  }
}

/** One question to one device, with the memory that the answer goes to. */
export class NvmlQuestion {
  readonly #call: NvmlCall;
  readonly #args: readonly NvmlArgument[];
  readonly #refusal: Refusal;

  constructor(call: NvmlCall, args: readonly NvmlArgument[], refusal: Refusal) {
    this.#call = call;
    this.#args = args;
    this.#refusal = refusal;
  }

  /**
   * Whether the device answered.
   * @throws NvmlSessionLost if the driver is gone
   * @throws NvmlDeviceLost if the device is gone
   */
  ask(): boolean {
    return this.askForCode() === NVML.success;
  }

  /** As {@link ask}, for questions with more than one good answer. */
  askForCode(): number {
    const refusal = this.#refusal;
    if (refusal.isFinal || refusal.isForbidden) {
      return NVML.notSupported;
    }
    const code = this.#call(...this.#args);
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
      refusal.isFinal = true;
    } else if (code === NVML.noPermission) {
      refusal.isForbidden = true;
    }
    return code;
  }
}
