/** Time and timers, so that tests decide how they pass. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean anything. */
  now(): number;
  setTimeout(callback: () => void, delayMs: number): ClockTimer;
}

/** A timer that has been set. */
export interface ClockTimer {
  /** Stops it; no effect once it has run. */
  clear(): void;
  /** Lets the process end although it is pending. */
  unref(): void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timeout = setTimeout(callback, delayMs);
    return {
      clear: () => {
        clearTimeout(timeout);
      },
      unref: () => {
        timeout.unref();
      },
    };
  },
};
