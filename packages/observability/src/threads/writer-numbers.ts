/** Recording threads have even numbers, so that observers, which are started in between, can have the odd ones. */
export function writerOfThread(threadId: number): number {
  return threadId * 2;
}

/** Numbers for the writers of one observer after another. */
export function createObserverWriters(): () => number {
  let next = 1;
  return () => {
    const writer = next;
    next += 2;
    return writer;
  };
}
