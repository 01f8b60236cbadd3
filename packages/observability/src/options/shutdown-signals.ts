import { constants } from 'node:os';
import type { ShutdownSignal } from './observability-options.ts';
import type { OptionReader } from './option-reader.ts';

/** Signals that no process can handle. */
const unstoppable: ReadonlySet<unknown> = new Set(['SIGKILL', 'SIGSTOP']);

/** @throws ConfigurationError for what is no signal of this system, or none that can be handled */
export function resolveShutdownSignals(options: OptionReader): readonly ShutdownSignal[] {
  const given = options.value('shutdownSignals') ?? [];
  if (!Array.isArray(given)) {
    return options.refuse('shutdownSignals', 'must be an array of names of signals');
  }
  for (const [index, signal] of (given as readonly unknown[]).entries()) {
    if (typeof signal !== 'string' || !Object.hasOwn(constants.signals, signal) || unstoppable.has(signal)) {
      options.refuseItem(
        'shutdownSignals',
        index,
        signal,
        'must be the name of a signal that can be handled, such as "SIGTERM"',
      );
    }
  }
  return [...new Set(given as readonly ShutdownSignal[])];
}
