/** Time for what runs in the observer: a monotonic clock, the time of day, and timers that keep no process alive. */
export interface ResourceClock {
  /** Milliseconds that only go forward; their zero means nothing. */
  now(): number;
  /** Milliseconds since the epoch. */
  timeOfDay(): number;
  /**
   * Calls back once, `delayMs` from now.
   *
   * @returns a function that calls it off
   */
  schedule(callback: () => void, delayMs: number): () => void;
}

// A longer delay overflows to 1 ms in Node, which would turn a lazy timer into a busy loop.
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The clock of this process. */
export const systemClock: ResourceClock = {
  now: () => performance.now(),
  timeOfDay: () => Date.now(),
  schedule(callback: () => void, delayMs: number): () => void {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
