import type { ObserverHost } from '../observer/observer-host.ts';

/** A flush while the process ends, so that what was counted last is not lost. */
export interface ExitFlush {
  cancel(): void;
}

/**
 * Flushes when the event loop runs empty, and again when the process exits, for `timeoutMs` at the most in all. Neither
 * changes the exit code. After `process.exit()` or an uncaught error no event loop turns on this thread; the observer's
 * own thread still runs, and is waited for.
 */
export function flushBeforeExit(host: Pick<ObserverHost, 'flush' | 'flushAtExit'>, timeoutMs: number): ExitFlush {
  let flushing = false;
  let flushedAt = Number.NEGATIVE_INFINITY;
  const onBeforeExit = (): void => {
    if (flushing || performance.now() - flushedAt < timeoutMs) {
      return;
    }
    flushing = true;
    const done = (): void => {
      flushing = false;
      flushedAt = performance.now();
    };
    // The flush keeps the process alive until it is settled; then the loop runs empty once more.
    host.flush(timeoutMs).then(done, done);
  };
  const onExit = (): void => {
    if (performance.now() - flushedAt >= timeoutMs) {
      host.flushAtExit(timeoutMs);
    }
  };
  process.on('beforeExit', onBeforeExit);
  process.on('exit', onExit);
  return {
    cancel: (): void => {
      process.off('beforeExit', onBeforeExit);
      process.off('exit', onExit);
    },
  };
}
