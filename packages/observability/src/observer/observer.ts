import type { BridgeSnapshot } from '../bridge/metric-snapshot.ts';
import type { DriftModel, NumberedAlert } from './drift/drift-model.ts';
import type { AnnouncementSink } from '../store/announcements.ts';

/** What collects, serves and pushes. In a thread of its own it is reached by messages, inline by calls. */
export interface Observer {
  /** The text that the endpoint would answer with now. */
  metricsText(): Promise<string>;
  /** Pushes what there is; settled after `timeoutMs` at the latest. */
  flush(timeoutMs: number): Promise<void>;
  /** Pushes what there is, closes the endpoint, frees the port. */
  shutdown(timeoutMs: number): Promise<void>;
  startResources(): Promise<void>;
  stopResources(): Promise<void>;
  /** Watches a model for drift, or compares it with another reference from now on. Never rejected. */
  watchDrift(model: DriftModel): Promise<void>;
}

/** What an observer needs from the thread that owns it. */
export interface ObserverLinks {
  /** Keeps what the observer itself counts, so that the next observer goes on from there. */
  readonly announce: AnnouncementSink;
  /** Asks for the application's own instruments. */
  readonly collectBridge: (reset: boolean) => Promise<BridgeSnapshot>;
  /** An alert that was raised here, or by an observer before that could not tell it any more. */
  readonly onDriftAlert: (alert: NumberedAlert) => void;
  readonly onListening: (metricsUrl: string) => void;
  readonly onRefused: (error: Error & { readonly code: string }) => void;
}
