import type { BridgeSnapshot } from '../bridge/metric-snapshot.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { DriftModel } from './drift/drift-model.ts';
import type { MessageFromObserver, MessageToObserver, ObserverRequest } from './observer-messages.ts';
import { performRequest } from './perform-request.ts';
import type { Observer, ObserverLinks } from './observer.ts';

/** The observer's end of the messages between its thread and the thread that owns it. */
export interface ObserverPort {
  readonly links: ObserverLinks;
  /** Takes one message; what needs the observer waits until it is there. */
  accept(message: MessageToObserver): void;
}

export interface ObserverPortParts {
  readonly reader: StoreReader;
  readonly observer: Promise<Observer>;
  readonly post: (message: MessageFromObserver) => void;
  /** Called when a shutdown was asked for and is done. */
  readonly onShutdown: () => void;
}

export function createObserverPort(parts: ObserverPortParts): ObserverPort {
  return new MessageObserverPort(parts);
}

class MessageObserverPort implements ObserverPort {
  readonly #parts: ObserverPortParts;
  readonly #bridgeRequests = new Map<number, PromiseWithResolvers<BridgeSnapshot>>();
  #nextBridgeRequest = 0;

  constructor(parts: ObserverPortParts) {
    this.#parts = parts;
  }

  get links(): ObserverLinks {
    const { post } = this.#parts;
    return {
      announce: (announcement) => post({ kind: 'announcement', announcement }),
      onDriftAlert: (alert) => post({ kind: 'driftAlert', alert }),
      onListening: (metricsUrl) => post({ kind: 'listening', metricsUrl }),
      onRefused: (error) => post({ kind: 'refused', code: error.code, message: error.message }),
      collectBridge: (reset) => {
        const request = Promise.withResolvers<BridgeSnapshot>();
        const id = this.#nextBridgeRequest++;
        this.#bridgeRequests.set(id, request);
        post({ kind: 'collectBridge', id, reset });
        return request.promise;
      },
    };
  }

  accept(message: MessageToObserver): void {
    switch (message.kind) {
      case 'announcement':
        this.#parts.reader.accept(message.announcement);
        return;
      case 'drift':
        void this.#watchDrift(message.model);
        return;
      case 'bridge':
        this.#bridgeRequests.get(message.id)?.resolve(message.snapshot);
        this.#bridgeRequests.delete(message.id);
        return;
      case 'bridgeFailed':
        this.#bridgeRequests.get(message.id)?.reject(new Error(message.error));
        this.#bridgeRequests.delete(message.id);
        return;
      case 'request':
        void this.#answer(message.id, message.request);
        return;
      case 'lastFlush':
        void this.#flushAtExit(message.done, message.timeoutMs);
    }
  }

  async #watchDrift(model: DriftModel): Promise<void> {
    await (await this.#parts.observer).watchDrift(model);
  }

  async #answer(id: number, request: ObserverRequest): Promise<void> {
    const { post } = this.#parts;
    try {
      const value = await performRequest(await this.#parts.observer, request);
      post({ kind: 'reply', id, ...(value === undefined ? undefined : { value }) });
    } catch (error) {
      post({ kind: 'reply', id, error: error instanceof Error ? error.message : String(error) });
    }
    if (request.name === 'shutdown') {
      this.#parts.onShutdown();
    }
  }

  async #flushAtExit(done: SharedArrayBuffer, timeoutMs: number): Promise<void> {
    const flag = new Int32Array(done);
    try {
      const observer = await this.#parts.observer;
      await observer.flush(timeoutMs);
    } finally {
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    }
  }
}
