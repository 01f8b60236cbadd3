import type { BridgeSnapshot } from '../bridge/metric-snapshot.ts';
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
}

/** What an observer needs from the thread that owns it. */
export interface ObserverLinks {
  /** Keeps what the observer itself counts, so that the next observer goes on from there. */
  readonly announce: AnnouncementSink;
  /** Asks for the application's own instruments. */
  readonly collectBridge: (reset: boolean) => Promise<BridgeSnapshot>;
  readonly onListening: (metricsUrl: string) => void;
  readonly onRefused: (error: Error & { readonly code: string }) => void;
}
