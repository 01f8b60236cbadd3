import { createStoreReader } from '../store/store-reader.ts';
import { type ObservabilityReady, type ObserverHost, type ObserverHostParts, shutDownError } from './observer-host.ts';
import type { DriftModel } from './drift/drift-model.ts';
import { createEndpointNews } from './endpoint-news.ts';
import type { Observer } from './observer.ts';

/** An observer on the owner's own thread: no thread to start and none that could be lost, and dark while it is blocked. */
export function createInlineObserverHost(parts: ObserverHostParts): ObserverHost {
  return new InlineObserverHost(parts);
}

class InlineObserverHost implements ObserverHost {
  readonly ready: Promise<ObservabilityReady>;
  readonly #endpoint = Promise.withResolvers<string | undefined>();
  readonly #observer: Promise<Observer>;
  readonly #unfollow: () => void;
  readonly #unfollowDrift: (() => void) | undefined;

  constructor(parts: ObserverHostParts) {
    const { options, heartbeats } = parts;
    const reader = createStoreReader({ now: Date.now });
    this.#unfollow = parts.log.follow((announcement) => reader.accept(announcement));
    const endpoint = this.#endpoint;
    endpoint.promise.catch(() => {});
    const news = createEndpointNews();
    let isSettled = false;
    if (options.prometheus === false) {
      endpoint.resolve(undefined);
    }
    // Imported only now: importing the SDK takes longer than all of initObservability() may.
    this.#observer = import('./start-observer.ts').then(({ startObserver }) =>
      startObserver({
        options,
        writer: parts.nextWriter(),
        reader,
        heartbeats,
        gpuCounters: parts.gpuCounters,
        links: {
          announce: () => {},
          onDriftAlert: (alert) => parts.drift?.accept(alert),
          collectBridge: parts.collectBridge,
          onListening: (metricsUrl) => {
            news.listening(metricsUrl);
            isSettled = true;
            endpoint.resolve(metricsUrl);
          },
          onRefused: (error) => {
            news.refused(error, !isSettled);
            isSettled = true;
            endpoint.reject(error);
          },
        },
      }),
    );
    const watchDrift = async (model: DriftModel): Promise<void> => (await this.#observer).watchDrift(model);
    // Where the observer cannot be had, `ready` says so.
    this.#unfollowDrift = parts.drift?.followModels((model) => void watchDrift(model).catch(() => {}));
    this.ready = this.#observer.then(async () => ({ metricsUrl: await endpoint.promise }));
  }

  async metricsText(): Promise<string> {
    return (await this.#observer).metricsText();
  }

  async flush(timeoutMs: number): Promise<void> {
    await (await this.#observer).flush(timeoutMs);
  }

  async shutdown(timeoutMs: number): Promise<void> {
    this.#unfollow();
    this.#unfollowDrift?.();
    try {
      await (await this.#observer).shutdown(timeoutMs);
    } finally {
      this.#endpoint.reject(shutDownError());
    }
  }

  async startResources(): Promise<void> {
    await (await this.#observer).startResources();
  }

  async stopResources(): Promise<void> {
    await (await this.#observer).stopResources();
  }

  flushAtExit(): void {
    // Nothing can be sent on a thread whose event loop has ended; a thread of its own is there for that.
  }
}
