import { emptyResource, type Resource } from '@opentelemetry/resources';
import type { CollectionResult, MetricCollectOptions, MetricProducer, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { type BridgeWarnings, createBridgeWarnings, describeError } from './bridge-warnings.ts';
import type { BridgeSnapshot } from './metric-snapshot.ts';
import { createSnapshotDecoder, type SnapshotDecoder } from './snapshot-decoder.ts';

/** The observer's end of the bridge: the user's own metrics for any reader, cumulative. */
export interface BridgeProducer extends MetricProducer {
  /**
   * Asks the main thread and waits for its answer as long as the options say; never rejects. What it gives is shared
   * between readers and must not be changed.
   */
  collect(options?: MetricCollectOptions): Promise<CollectionResult>;
  /** Seconds since the answer came that is exported now; `undefined` before the first one. */
  ageSeconds(): number | undefined;
}

export interface BridgeProducerOptions {
  /**
   * Asks the main thread for a snapshot, a full one with `reset`; called again only when the last one has settled, or
   * after 30 seconds without an answer of a main thread that is not blocked.
   */
  readonly request: (reset: boolean) => Promise<BridgeSnapshot>;
  /** Whether the main thread is known to be blocked, so that waiting would be in vain. */
  readonly isMainBlocked: () => boolean;
  /** How long a collection waits for the main thread. Default 100 ms. */
  readonly timeoutMs?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
}

/** A main thread that is not blocked answers in a few milliseconds, and a scrape should stay well below a second. */
const DEFAULT_TIMEOUT_MS = 100;

/** An answer that is out for so long although the main thread runs is lost. */
const LOST_AFTER_MS = 30_000;

export function createBridgeProducer(options: BridgeProducerOptions): BridgeProducer {
  return new AskingProducer(options);
}

interface Request {
  readonly startedMs: number;
  /** Resolves when the answer was taken in or has failed. */
  settled: Promise<void>;
}

class AskingProducer implements BridgeProducer {
  readonly #options: BridgeProducerOptions;
  readonly #timeoutMs: number;
  readonly #clock: () => number;
  readonly #warnings: BridgeWarnings;
  readonly #resource: Resource = emptyResource();
  readonly #decoder: SnapshotDecoder = createSnapshotDecoder();
  #needsReset = true;
  #latest: ScopeMetrics[] = [];
  #latestAtMs: number | undefined;
  #request: Request | undefined;

  constructor(options: BridgeProducerOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#clock = options.clock ?? (() => performance.now());
    this.#warnings = createBridgeWarnings(this.#clock);
  }

  ageSeconds(): number | undefined {
    return this.#latestAtMs === undefined ? undefined : (this.#clock() - this.#latestAtMs) / 1000;
  }

  async collect(options?: MetricCollectOptions): Promise<CollectionResult> {
    const isBlocked = this.#options.isMainBlocked();
    const request = this.#pendingRequest(isBlocked) ?? this.#ask();
    if (!isBlocked) {
      const timeoutMs = Math.min(this.#timeoutMs, options?.timeoutMillis ?? Number.POSITIVE_INFINITY);
      // A request that has been out for longer already is not worth a second wait.
      const leftMs = timeoutMs - (this.#clock() - request.startedMs);
      if (leftMs > 0) {
        await within(request.settled, leftMs);
      }
    }
    return { resourceMetrics: { resource: this.#resource, scopeMetrics: this.#latest }, errors: [] };
  }

  #pendingRequest(isBlocked: boolean): Request | undefined {
    const request = this.#request;
    if (request !== undefined && !isBlocked && this.#clock() - request.startedMs > LOST_AFTER_MS) {
      this.#warn('the main thread has not answered for 30 seconds and is asked again');
      this.#needsReset = true;
      this.#request = undefined;
    }
    return this.#request;
  }

  #ask(): Request {
    const request: Request = { startedMs: this.#clock(), settled: Promise.resolve() };
    this.#request = request;
    request.settled = this.#answer(request, this.#needsReset);
    return request;
  }

  async #answer(request: Request, reset: boolean): Promise<void> {
    try {
      const snapshot = await this.#options.request(reset);
      if (this.#request === request) {
        this.#takeIn(snapshot);
      }
    } catch (error) {
      if (this.#request === request) {
        this.#needsReset = true;
        this.#warn(`the main thread could not collect your own instruments: ${describeError(error)}`);
      }
    }
    if (this.#request === request) {
      this.#request = undefined;
    }
  }

  #takeIn(snapshot: BridgeSnapshot): void {
    const decoded = this.#decoder.decode(snapshot);
    this.#needsReset = decoded === undefined;
    if (decoded !== undefined) {
      this.#latest = decoded;
      this.#latestAtMs = this.#clock();
    }
  }

  #warn(message: string): void {
    this.#warnings.warn('collection', () => message);
  }
}

/** Resolves with `settled`, or after `timeoutMs`. */
async function within(settled: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([settled, expired]);
  clearTimeout(timer);
}
