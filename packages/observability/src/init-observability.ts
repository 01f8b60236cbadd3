import { diag } from '@opentelemetry/api';
import { isMainThread, workerData } from 'node:worker_threads';
import { createNoopObservability } from './noop-observability.ts';
import type { Observability } from './observability.ts';
import { OBSERVER_MARKER } from './observer/observer-messages.ts';
import type { ObservabilityOptions } from './options/observability-options.ts';
import type { LogLevel } from './options/resolved-options.ts';
import { resolveOptions } from './options/resolve-options.ts';
import { currentObservability, setCurrentObservability } from './process-handle.ts';
import { startOwnerObservability } from './owner-observability.ts';
import { hasDiagLogger, setStderrLogger } from './diagnostics/stderr-logger.ts';
import { unsupportedRuntime } from './runtime-support.ts';
import { threadInvitation } from './threads/thread-invitation.ts';
import { createWorkerObservability } from './threads/worker-observability.ts';

/**
 * Starts observability for this process and returns at once: recording works from here on, before the endpoint listens.
 *
 * The first call in a process owns the observer, which collects, serves and pushes. A later call in a worker thread joins
 * it: what that thread records is exported with the rest, under the options of the first call. One in a worker thread
 * while the main thread has none warns, and owns an observer for that thread alone. A second call on the same thread
 * returns the first handle and warns.
 *
 * @throws ConfigurationError where an option is wrong; it names the option, the value, and what is allowed
 * @example
 * const observability = initObservability({ serviceName: 'multimodal-api' });
 * observability.trackInference({ modelType: 'document', latencyMs: 234.5, confidence: 0.92, predictedClass: 'sports' });
 */
export function initObservability(options?: ObservabilityOptions): Observability {
  if (isObserverThread()) {
    // An application that is preloaded into every thread is preloaded into ours too.
    return createNoopObservability();
  }
  const running = currentObservability();
  if (running !== undefined) {
    diag.warn(
      'inferometer: initObservability() was called before; its first handle is returned and these options are not used.',
    );
    return running;
  }
  const started = start(options);
  setCurrentObservability(started);
  return started;
}

function start(given: ObservabilityOptions | undefined): Observability {
  const unsupported = unsupportedRuntime();
  if (unsupported !== undefined) {
    logToStderr('warn');
    diag.error(`inferometer: ${unsupported}; nothing is observed.`);
    return createNoopObservability(() => setCurrentObservability(undefined));
  }
  const invitation = threadInvitation();
  if (invitation !== undefined) {
    logToStderr(invitation.logLevel);
    return createWorkerObservability(invitation);
  }
  const { options, onDriftAlert, warnings } = resolveOptions(given, process.env);
  logToStderr(options.logLevel);
  for (const warning of warnings) {
    diag.warn(`inferometer: ${warning}`);
  }
  if (options.disabled) {
    return createNoopObservability(() => setCurrentObservability(undefined));
  }
  if (!isMainThread) {
    warnOfBeingAlone();
  }
  return startOwnerObservability(options, { configurationProblems: warnings.length, onDriftAlert });
}

let isWarnedOfBeingAlone = false;

/** Once in this thread: a test runner's may start and end observability for each test. */
function warnOfBeingAlone(): void {
  if (!isWarnedOfBeingAlone) {
    isWarnedOfBeingAlone = true;
    diag.warn(
      'inferometer: initObservability() was called in a worker thread while the main thread has no observability, so ' +
        'this thread observes itself alone: other threads count apart from it, and it takes an endpoint of its own; ' +
        'call initObservability() on the main thread first.',
    );
  }
}

function logToStderr(level: LogLevel): void {
  if (!hasDiagLogger()) {
    setStderrLogger(level);
  }
}

function isObserverThread(): boolean {
  return typeof workerData === 'object' && workerData !== null && Object.hasOwn(workerData, OBSERVER_MARKER);
}
