import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Milliseconds that this process's main thread has waited for a processor while it was ready to run: what a busy machine
 * does to it and not the library. 0 where the system does not tell (Linux does, in the second number of `schedstat`).
 */
export function createWaitedTime(): () => number {
  const file = openIfThere(`/proc/self/task/${process.pid}/schedstat`);
  if (file === undefined) {
    return () => 0;
  }
  process.once('exit', () => closeSync(file));
  const bytes = Buffer.alloc(64);
  return () => {
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return Number(bytes.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  };
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
