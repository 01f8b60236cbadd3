import type { BridgeSnapshot } from '../bridge/metric-snapshot.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import type { AnnouncementLog } from '../store/announcement-log.ts';
import type { ThreadInvitation } from '../threads/thread-invitation.ts';
import type { DriftModels } from './drift/drift-model.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { Observer } from './observer.ts';

/** Where the metrics are served. */
export interface ObservabilityReady {
  /** Address to scrape, e.g. `http://localhost:9090/metrics`; `undefined` where no endpoint was asked for. */
  readonly metricsUrl: string | undefined;
}

/** The owner's end of an observer, wherever that runs. */
export interface ObserverHost extends Omit<Observer, 'watchDrift'> {
  /** Settled once readers work and the endpoint listens; rejected when the port is refused. */
  readonly ready: Promise<ObservabilityReady>;
  /** Flushes while the process is ending and no event loop turns any more; blocks for `timeoutMs` at the most. */
  flushAtExit(timeoutMs: number): void;
}

export interface ObserverHostParts {
  readonly options: ResolvedOptions;
  /** All announcements of the process, to tell a new observer. */
  readonly log: AnnouncementLog;
  readonly heartbeats: Heartbeats;
  /** Where totals of GPU counters are kept, because they must outlive an observer; undefined without GPUs. */
  readonly gpuCounters: SharedArrayBuffer | undefined;
  /** What worker threads join by. */
  readonly invitation: ThreadInvitation;
  /** A number for the writer of each new observer. */
  readonly nextWriter: () => number;
  readonly collectBridge: (reset: boolean) => Promise<BridgeSnapshot>;
  /** Undefined where no drift is watched. */
  readonly drift: DriftModels | undefined;
}

/** An error with the code that `ready` is rejected with. */
export function observerError(code: string, message: string): Error & { readonly code: string } {
  return Object.assign(new Error(message), { code });
}

/** What is asked of observability that was shut down fails with this. */
export function shutDownError(): Error & { readonly code: string } {
  return observerError('SHUT_DOWN', 'Observability was shut down.');
}
