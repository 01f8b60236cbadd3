import type { Observability } from './observability.ts';

/**
 * One handle per thread, whichever copy of this package asks: an application can hold several, by CommonJS, by ESM or
 * by dependencies of dependencies, and all of them are to count into the same series.
 */
const HANDLE: unique symbol = Symbol.for('inferometer.observability') as never;

interface GlobalHandle {
  [HANDLE]?: Observability | undefined;
}

export function currentObservability(): Observability | undefined {
  return (globalThis as GlobalHandle)[HANDLE];
}

export function setCurrentObservability(observability: Observability | undefined): void {
  (globalThis as GlobalHandle)[HANDLE] = observability;
}
