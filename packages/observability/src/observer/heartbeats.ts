/**
 * Signs of life of the two threads, in shared memory: each side writes its own time and reads the other's, so that
 * neither has to be able to answer for the other to know how it is.
 */
export interface Heartbeats {
  /** Hand this to the other thread. */
  readonly buffer: SharedArrayBuffer;
  readonly beatMain: () => void;
  readonly beatObserver: () => void;
  /** For how long the main thread has not turned its event loop by now; 0 while it turns. */
  readonly mainBlockedSeconds: () => number;
  /** Milliseconds since the observer's last beat. */
  readonly observerSilenceMs: () => number;
  /** Called by the observer for each collection of metrics. */
  readonly countCollection: () => void;
  readonly collections: () => number;
}

/** Often enough that a block of a second is seen as one; four wake-ups a second cost nothing that can be measured. */
export const HEARTBEAT_INTERVAL_MS = 250;

/** A late timer is no block: what is shorter than two missed beats is told by the delay histogram. */
const BLOCKED_AFTER_MS = 2 * HEARTBEAT_INTERVAL_MS;

const MAIN = 0;
const OBSERVER = 1;
const COLLECTIONS = 2;

/** @param processTimeMs milliseconds on a clock that both threads share */
export function createHeartbeats(processTimeMs: () => number, buffer?: SharedArrayBuffer): Heartbeats {
  const shared = buffer ?? new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  const times = new Float64Array(shared);
  if (buffer === undefined) {
    times.fill(processTimeMs(), MAIN, COLLECTIONS);
  }
  return {
    buffer: shared,
    beatMain: (): void => {
      times[MAIN] = processTimeMs();
    },
    beatObserver: (): void => {
      times[OBSERVER] = processTimeMs();
    },
    mainBlockedSeconds: (): number => {
      const silenceMs = processTimeMs() - times[MAIN]!;
      return silenceMs > BLOCKED_AFTER_MS ? silenceMs / 1000 : 0;
    },
    observerSilenceMs: (): number => processTimeMs() - times[OBSERVER]!,
    countCollection: (): void => {
      times[COLLECTIONS]! += 1;
    },
    collections: (): number => times[COLLECTIONS]!,
  };
}
