/** Time as the sampler sees it; tests bring a clock that they move by hand. */
export interface SamplerClock {
  /** Milliseconds from any fixed point; never set back. */
  now(): number;
  /** A timer that does not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number): { clear(): void };
}

/** The time of this process. */
export const systemClock: SamplerClock = {
  now: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs).unref();
    return { clear: () => clearTimeout(timer) };
  },
};
