/**
 * Shuts down on the signals that the user named, and then lets the signal do what it would have done: with no other
 * listener it ends the process as if nobody had listened, so that the exit status tells of the signal.
 */
export function shutDownOnSignals(
  signals: readonly NodeJS.Signals[],
  shutdown: () => Promise<void>,
): { cancel(): void } {
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      process.off(signal, listener);
      const end = (): void => {
        if (process.listenerCount(signal) === 0) {
          process.kill(process.pid, signal);
        }
      };
      shutdown().then(end, end);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return {
    cancel: (): void => {
      for (const { signal, listener } of listeners) {
        process.off(signal, listener);
      }
    },
  };
}
