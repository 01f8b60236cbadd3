import type { ResourceClock } from '../../../packages/observability/src/observer/resources/resource-clock.ts';

/** A clock that stands until it is told to go on. */
export interface ManualClock extends ResourceClock {
  /** Goes on, and calls back what was due on the way. */
  advance(milliseconds: number): void;
  /** Timers that wait, by when they are due. */
  readonly pending: readonly number[];
}

export function createManualClock(): ManualClock {
  let time = 5000;
  const timers = new Set<{ dueAt: number; callback: () => void }>();
  const nextDue = (until: number) =>
    [...timers].filter(({ dueAt }) => dueAt <= until).sort((left, right) => left.dueAt - right.dueAt)[0];
  return {
    now: () => time,
    timeOfDay: () => 1_790_000_000_000 + time,
    schedule(callback, delayMs) {
      const timer = { dueAt: time + delayMs, callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(milliseconds) {
      const until = time + milliseconds;
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        time = Math.max(time, timer.dueAt);
        timer.callback();
      }
      time = until;
    },
    get pending() {
      return [...timers].map(({ dueAt }) => dueAt - time);
    },
  };
}
