import { createDroppedValues, type DropCause } from './diagnostics/dropped-values.ts';
import { isMainThread, threadId } from 'node:worker_threads';
import { diag } from '@opentelemetry/api';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { DriftAlert } from '@inferometer/drift-metrics';
import type { DroppedValueCause } from './bridge/bridge-core.ts';
import { createBridgeSource } from './bridge/bridge-source.ts';
import { createMainMeterProvider } from './bridge/main-meter-provider.ts';
import { registerGlobalMeterProvider } from './bridge/register-global.ts';
import { configurationProblems, observerRestarts } from './catalogue/self-metrics.ts';
import { mostLabelValues, type RecorderOptions } from './inference/recorder-options.ts';
import { createDriftReferences } from './main-thread/drift-references.ts';
import { flushBeforeExit } from './main-thread/exit-flush.ts';
import { createGpuCounters } from './main-thread/gpu-counter-memory.ts';
import { markGpuProbe } from './main-thread/gpu-probe-marker.ts';
import { startRuntimeMetrics } from './main-thread/runtime-metrics.ts';
import { shutDownOnSignals } from './main-thread/shutdown-signals.ts';
import type { Observability, ResourceMonitor } from './observability.ts';
import { createHeartbeats, HEARTBEAT_INTERVAL_MS } from './observer/heartbeats.ts';
import { createInlineObserverHost } from './observer/inline-observer-host.ts';
import {
  type ObservabilityReady,
  type ObserverHost,
  type ObserverHostParts,
  shutDownError,
} from './observer/observer-host.ts';
import { createStoreProducer } from './observer/store-producer.ts';
import { createThreadObserverHost, type HangLimits } from './observer/thread-observer-host.ts';
import type { ResolvedModel, ResolvedOptions } from './options/resolved-options.ts';
import { setCurrentObservability } from './process-handle.ts';
import { createRecordingSide, type RecordingSide } from './recording-side.ts';
import { type AnnouncementLog, createAnnouncementLog } from './store/announcement-log.ts';
import { createAdmissionTable, createLabelAdmission } from './store/label-admission.ts';
import { processTimeMs } from './store/process-time.ts';
import { createGaugeSlot } from './store/gauge-slot.ts';
import { createSeriesStore } from './store/series-store.ts';
import { createStoreReader } from './store/store-reader.ts';
import { answerThreads, inviteThreads, type ThreadInvitation } from './threads/thread-invitation.ts';
import { shareReferences } from './threads/thread-references.ts';
import { createThreadMembers } from './threads/thread-members.ts';
import { createObserverWriters, writerOfThread } from './threads/writer-numbers.ts';

/** How long a flush may take where the caller says nothing: an exit must not be held up for longer. */
const DEFAULT_FLUSH_TIMEOUT_MS = 1000;

/** A timer of more than 2^31 - 1 ms fires at once. */
const LONGEST_FLUSH_TIMEOUT_MS = 24 * 3600 * 1000;

/** Less than the observer waits for an answer, so that a slow callback costs its own metrics only. */
const BRIDGE_COLLECT_TIMEOUT_MS = 80;

/** What is no option of the user's. */
export interface OwnerInternals {
  /** Environment variables that were wrong. */
  readonly configurationProblems?: number;
  /** Default: a thread that is silent for 15 s counts as hung. */
  readonly hangLimits?: HangLimits;
  /** What the user wants to be told of. */
  readonly onDriftAlert?: ((alert: DriftAlert) => void) | undefined;
}

/** What the bridge says of a value, in the words of `inferometer_dropped_values_total`. */
const DROP_CAUSES: { readonly [cause in DroppedValueCause]: DropCause } = {
  not_a_number: 'wrong_type',
  not_finite: 'not_finite',
  negative: 'out_of_range',
  not_loaded: 'unreadable',
};

/** Starts everything that the thread which owns the observer has: recording, runtime metrics, bridge, observer. */
export function startOwnerObservability(options: ResolvedOptions, internals: OwnerInternals = {}): Observability {
  // Unique in this process, which is as far as a channel reaches.
  const channel = `inferometer:${threadId}:${process.hrtime.bigint()}`;
  const heartbeats = createHeartbeats(processTimeMs);
  const log = createAnnouncementLog();
  const store = createSeriesStore({
    writer: writerOfThread(threadId),
    announce: (announcement) => log.record(announcement),
    now: Date.now,
  });
  const admission = createLabelAdmission(createAdmissionTable(mostLabelValues(options)));
  const dropped = createDroppedValues(store, () => performance.now());
  const references = createDriftReferences({
    options,
    store,
    onDriftAlert: internals.onDriftAlert,
    now: Date.now,
  });
  const recording = createRecordingSide({
    store,
    references,
    dropped,
    admission,
    options,
    now: Date.now,
    monotonicMs: () => performance.now(),
  });
  createGaugeSlot(store, { metric: configurationProblems, attributes: {} }, Date.now).set(
    internals.configurationProblems ?? 0,
  );
  const restarts = store.series({ metric: observerRestarts, attributes: {} });
  const invitation: Invitation = {
    channel,
    ownerThread: threadId,
    recorder: recorderPart(options),
    logLevel: options.logLevel,
    admission: admission.buffer,
  };
  const sharedReferences =
    references &&
    shareReferences(`${channel}:references`, references, (part) => {
      invitation.references = part;
      inviteThreads(invitation);
    });
  inviteThreads(invitation);
  // Only the main thread's observer is everybody's: that of a test in a test runner's thread is that test's.
  const stopAnswering = isMainThread ? answerThreads(invitation) : (): void => {};
  const members = createThreadMembers(channel, log);
  const runtime = startRuntimeMetrics({ store, now: Date.now, collections: heartbeats.collections });
  const heartbeat = setInterval(heartbeats.beatMain, HEARTBEAT_INTERVAL_MS).unref();
  const provider = createMainMeterProvider({
    onDroppedValue: (metric, cause) => dropped.count(metric, DROP_CAUSES[cause]),
    ...(options.globalMeterProvider === false ? undefined : options.globalMeterProvider),
  });
  const registration = options.globalMeterProvider === false ? undefined : registerGlobalMeterProvider(provider);
  const bridge = createBridgeSource(provider);
  const parts: ObserverHostParts = {
    options: { ...options, models: withoutReferences(options.models) },
    log,
    heartbeats,
    gpuCounters: options.gpu === false ? undefined : createGpuCounters(),
    invitation,
    nextWriter: createObserverWriters(),
    collectBridge: (reset) => bridge.collect({ timeoutMs: BRIDGE_COLLECT_TIMEOUT_MS, reset }),
    drift: references,
  };
  const unmarkGpuProbe = options.gpu === false ? (): void => {} : markGpuProbe(process.env, process.pid);
  const host =
    options.observer === 'inline'
      ? createInlineObserverHost(parts)
      : createThreadObserverHost({
          ...parts,
          ...internals,
          onRestart: () => {
            restarts.slots[restarts.index]! += 1;
          },
        });
  const stop = (): void => {
    registration?.unregister();
    provider.shutdown();
    clearInterval(heartbeat);
    unmarkGpuProbe();
    runtime.stop();
    members.close();
    sharedReferences?.close();
    stopAnswering();
    inviteThreads(undefined);
    setCurrentObservability(undefined);
  };
  return {
    ...ownerHandle(recording, host, references?.settled, options, stop),
    createStoreProducer: () => followedProducer(log),
  };
}

function ownerHandle(
  recording: RecordingSide,
  host: ObserverHost,
  referencesSettled: Promise<void> | undefined,
  options: ResolvedOptions,
  stop: () => void,
): Omit<Observability, 'createStoreProducer'> {
  const pushes = options.otlp !== false || options.console !== false;
  const exitFlush = pushes ? flushBeforeExit(host, DEFAULT_FLUSH_TIMEOUT_MS) : undefined;
  let shuttingDown: Promise<void> | undefined;
  const shutdown = (timeoutMs: number): Promise<void> => {
    shuttingDown ??= (async (): Promise<void> => {
      signals.cancel();
      try {
        await host.shutdown(timeoutMs);
      } catch (error) {
        diag.warn(`inferometer: the observer could not be shut down: ${String(error)}`);
      }
      // Not before: where the process exits meanwhile, this waits for the end of the shutdown.
      exitFlush?.cancel();
      stop();
    })();
    return shuttingDown;
  };
  const signals = shutDownOnSignals(options.shutdownSignals, () => shutdown(DEFAULT_FLUSH_TIMEOUT_MS));
  return {
    ...recording,
    ready: loggedReady(readyAfter(host.ready, referencesSettled)),
    resources: resourceMonitor(host, options.resources !== false, () => shuttingDown !== undefined),
    metricsText: () => (shuttingDown === undefined ? host.metricsText() : Promise.reject(shutDownError())),
    flush: ({ timeoutMs } = {}) => shuttingDown ?? toldFlush(host, flushTimeout(timeoutMs)),
    shutdown: ({ timeoutMs } = {}) => shutdown(flushTimeout(timeoutMs)),
  };
}

function followedProducer(log: AnnouncementLog): MetricProducer {
  const reader = createStoreReader({ now: Date.now });
  log.follow((announcement) => reader.accept(announcement));
  return createStoreProducer(reader, Date.now);
}

/** A time that timers take: what is none becomes the default, and what is longer than timers can wait a day. */
function flushTimeout(timeoutMs: unknown): number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0
    ? Math.min(timeoutMs, LONGEST_FLUSH_TIMEOUT_MS)
    : DEFAULT_FLUSH_TIMEOUT_MS;
}

/** Whoever flushes without awaiting it must not be ended by a rejection. */
async function toldFlush(host: ObserverHost, timeoutMs: number): Promise<void> {
  try {
    await host.flush(timeoutMs);
  } catch (error) {
    diag.warn(`inferometer: the flush failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Who waits for `ready` can rely on it that what is recorded afterwards counts for drift too. */
async function readyAfter(
  ready: Promise<ObservabilityReady>,
  referencesSettled: Promise<void> | undefined,
): Promise<ObservabilityReady> {
  const [result] = await Promise.all([ready, referencesSettled]);
  return result;
}

/** Nobody has to await `ready`: what went wrong is told here once, and no rejection is left unhandled. */
function loggedReady(ready: Promise<ObservabilityReady>): Promise<ObservabilityReady> {
  ready.catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code !== shutDownError().code) {
      diag.error(`inferometer: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return ready;
}

function resourceMonitor(host: ObserverHost, isOn: boolean, isOver: () => boolean): ResourceMonitor {
  const tell = (what: string, done: Promise<void>): void => {
    done.catch((error: unknown) => diag.warn(`inferometer: resources.${what}() failed: ${String(error)}`));
  };
  if (!isOn) {
    const off = (): void => diag.warn('inferometer: resources are switched off by options.resources = false.');
    return { start: off, stop: off };
  }
  return {
    start: (): void => {
      if (!isOver()) {
        tell('start', host.startResources());
      }
    },
    stop: (): void => {
      if (!isOver()) {
        tell('stop', host.stopResources());
      }
    },
  };
}

/** Threads that are started later are invited with what has become known since. */
type Invitation = { -readonly [Part in keyof ThreadInvitation]: ThreadInvitation[Part] };

/** Only what can be cloned into a thread, and only what recording there needs. */
function recorderPart(options: ResolvedOptions): RecorderOptions {
  return {
    models: withoutReferences(options.models),
    labels: options.labels,
    limits: options.limits,
    latencyBucketsSeconds: options.latencyBucketsSeconds,
    confidenceBuckets: options.confidenceBuckets,
    batchSizeBuckets: options.batchSizeBuckets,
    nativeHistograms: options.nativeHistograms,
    groundTruth: options.groundTruth,
    exemplars: options.exemplars,
  };
}

/** References go their own way: they may be large, and are read and checked once. */
function withoutReferences(models: readonly ResolvedModel[]): readonly ResolvedModel[] {
  return models.map((model) => {
    const { reference: _reference, ...others } = model;
    return others;
  });
}
