import type { MainMeterProvider } from './main-meter-provider.ts';
import type { BridgeSnapshot } from './metric-snapshot.ts';
import { createSnapshotEncoder, type SnapshotEncoder } from './snapshot-encoder.ts';

/** The main thread's end of the bridge. */
export interface BridgeSource {
  /**
   * Collects the user's instruments into a message for the observer; calls are served one after the other.
   * @param options.timeoutMs - time for asynchronous callbacks; choose less than the observer waits for the answer
   * @param options.reset - the observer knows nothing (any more), so all definitions are sent again
   * @throws if the SDK fails; no definition is lost by it
   */
  collect(options: { readonly timeoutMs: number; readonly reset: boolean }): Promise<BridgeSnapshot>;
}

export function createBridgeSource(provider: MainMeterProvider): BridgeSource {
  return new SerialBridgeSource(provider);
}

class SerialBridgeSource implements BridgeSource {
  readonly #provider: MainMeterProvider;
  readonly #encoder: SnapshotEncoder = createSnapshotEncoder();
  #previous: Promise<unknown> = Promise.resolve();

  constructor(provider: MainMeterProvider) {
    this.#provider = provider;
  }

  collect(options: { readonly timeoutMs: number; readonly reset: boolean }): Promise<BridgeSnapshot> {
    const current = this.#previous.then(() => this.#collect(options));
    this.#previous = current.catch(() => undefined);
    return current;
  }

  async #collect({ timeoutMs, reset }: { timeoutMs: number; reset: boolean }): Promise<BridgeSnapshot> {
    const scopeMetrics = this.#provider.isUsed ? await this.#provider.collect({ timeoutMs }) : [];
    return this.#encoder.encode(scopeMetrics, { reset });
  }
}
