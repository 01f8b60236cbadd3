interface ManualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export interface ManualClock {
  now(): number;
  setTimeout(callback: () => void, delayMs: number): { clear(): void; unref(): void };
  /** Lets time pass and runs what falls due, in order. */
  advance(durationMs: number): void;
  /** Timers that have been set and have neither run nor been cleared. */
  readonly pendingTimers: number;
}

export function createManualClock(): ManualClock {
  let now = 0;
  const timers = new Set<ManualTimer>();
  return {
    now: () => now,
    setTimeout(callback, delayMs) {
      const timer: ManualTimer = { dueMs: now + delayMs, callback };
      timers.add(timer);
      return { clear: () => timers.delete(timer), unref: () => undefined };
    },
    advance(durationMs) {
      const end = now + durationMs;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs);
        if (next === undefined) {
          break;
        }
        timers.delete(next);
        now = next.dueMs;
        next.callback();
      }
      now = end;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}
