import type { BridgeSnapshot } from '../bridge/metric-snapshot.ts';
import type { DriftModel, NumberedAlert } from './drift/drift-model.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import type { Announcement } from '../store/announcements.ts';
import type { ThreadInvitation } from '../threads/thread-invitation.ts';

/** Marks the data that our own thread is started with; under it `initObservability()` does nothing. */
export const OBSERVER_MARKER = 'inferometerObserver';

/** Everything that an observer is started with; it can be cloned into a thread. */
export interface ObserverStart {
  readonly options: ResolvedOptions;
  /** Number of the writer for what is born in the observer. */
  readonly writer: number;
  readonly heartbeats: SharedArrayBuffer;
  /** Where totals of GPU counters are kept, because they must outlive an observer; undefined without GPUs. */
  readonly gpuCounters: SharedArrayBuffer | undefined;
  /** What worker threads join by; it names the channel on which they announce their series. */
  readonly invitation: ThreadInvitation;
  /** When this observer took over from one that ended, in milliseconds since the epoch. */
  readonly resumedAtMs?: number | undefined;
}

/** What one thread asks of the other; each request gets one reply with its number. */
export type ObserverRequest =
  | { readonly name: 'metricsText' }
  | { readonly name: 'flush'; readonly timeoutMs: number }
  | { readonly name: 'shutdown'; readonly timeoutMs: number }
  | { readonly name: 'startResources' }
  | { readonly name: 'stopResources' };

export type MessageToObserver =
  | { readonly kind: 'announcement'; readonly announcement: Announcement }
  | { readonly kind: 'drift'; readonly model: DriftModel }
  | { readonly kind: 'request'; readonly id: number; readonly request: ObserverRequest }
  | { readonly kind: 'bridge'; readonly id: number; readonly snapshot: BridgeSnapshot }
  | { readonly kind: 'bridgeFailed'; readonly id: number; readonly error: string }
  /** The process ends: flush, then set the first element to 1 and wake who waits for it. */
  | { readonly kind: 'lastFlush'; readonly done: SharedArrayBuffer; readonly timeoutMs: number };

export type MessageFromObserver =
  /** The thread's code could be loaded; before this, an end of the thread means that it never can be. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly metricsUrl: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'announcement'; readonly announcement: Announcement }
  | { readonly kind: 'driftAlert'; readonly alert: NumberedAlert }
  | { readonly kind: 'collectBridge'; readonly id: number; readonly reset: boolean }
  | { readonly kind: 'reply'; readonly id: number; readonly value?: string; readonly error?: string };
