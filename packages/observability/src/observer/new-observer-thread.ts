import { Worker } from 'node:worker_threads';
import { OBSERVER_MARKER, type ObserverStart } from './observer-messages.ts';
import { observerEnvironment, observerFlags } from './thread-environment.ts';

/** Room for some hundred thousand series; the observer ends itself at 60% of it, before the process would end. */
const MAX_HEAP_MB = 512;

/** @throws Error where this process can have no thread, or none that would find its code */
export function newObserverThread(start: ObserverStart): Worker {
  const options = {
    name: 'inferometer-observer',
    workerData: { [OBSERVER_MARKER]: true, start },
    execArgv: observerFlags(process.execArgv),
    env: observerEnvironment(process.env),
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  };
  if ((import.meta.url as string | undefined) === undefined) {
    throw new Error('a bundle in CommonJS form does not know where its files are');
  }
  // Two literals, each in its branch: bundlers look for exactly this form, and the source has another file name.
  return import.meta.url.endsWith('.ts')
    ? new Worker(new URL('./observer-thread.ts', import.meta.url), options)
    : new Worker(new URL('./observer-thread.js', import.meta.url), options);
}
