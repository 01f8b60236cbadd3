import { diag } from '@opentelemetry/api';
import type { Worker } from 'node:worker_threads';
import { PortInUseError } from '../errors/port-in-use-error.ts';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import { createEndpointNews } from './endpoint-news.ts';
import { createInlineObserverHost } from './inline-observer-host.ts';
import { newObserverThread } from './new-observer-thread.ts';
import {
  observerError,
  type ObservabilityReady,
  type ObserverHost,
  type ObserverHostParts,
  shutDownError,
} from './observer-host.ts';
import {
  type MessageFromObserver,
  type MessageToObserver,
  type ObserverRequest,
  type ObserverStart,
} from './observer-messages.ts';
import { createOpenRequests, type OpenRequests } from './open-requests.ts';
import { performRequest } from './perform-request.ts';
import { settleWithin } from './settle-within.ts';

export interface ThreadObserverHostParts extends ObserverHostParts {
  /** Called for each new start after the first. */
  readonly onRestart: () => void;
  /** When a silent thread counts as hung; default after 15 s. */
  readonly hangLimits?: HangLimits;
}

/** When a thread that gives no sign of life is given up. */
export interface HangLimits {
  readonly hangsAfterMs: number;
  readonly checkIntervalMs: number;
}

/** An observer in a worker thread, which is started anew whenever it ends, hangs or runs short of memory. */
export function createThreadObserverHost(parts: ThreadObserverHostParts): ObserverHost {
  return new ThreadObserverHost(parts);
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 30_000;

/** A thread that lived this long was well; the next trouble starts again with the shortest wait. */
const STABLE_AFTER_MS = 60_000;

/** A collection of the largest scrape takes a fraction of 15 s; a longer silence is a loop that never ends. */
const DEFAULT_HANG_LIMITS: HangLimits = { hangsAfterMs: 15_000, checkIntervalMs: 1000 };

/** One silent check may be the wake-up of a suspended machine; the observer gets this many to show that it lives. */
const SILENT_CHECKS = 3;

/** A request that no observer takes for this long fails. */
const REQUEST_TIMEOUT_MS = 10_000;

/** What an address without a port means. */
const HTTP_PORT = 80;

/** What an answer may take on its way, beyond the time that the observer itself was given. */
const ANSWER_GRACE_MS = 250;

class ThreadObserverHost implements ObserverHost {
  readonly ready: Promise<ObservabilityReady>;
  readonly #parts: ThreadObserverHostParts;
  readonly #news = createEndpointNews();
  readonly #ready = Promise.withResolvers<ObservabilityReady>();
  readonly #requests: OpenRequests = createOpenRequests(() => this.#unrefWhenIdle());
  readonly #hangLimits: HangLimits;
  readonly #hangCheck: NodeJS.Timeout;
  #worker: Worker | undefined;
  #writer = -1;
  #unfollow: () => void = () => {};
  #startedAt = 0;
  #wasLoaded = false;
  #isSettled = false;
  #isStopping = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #silentChecks = 0;
  /** Where the first observer listened. Its successors listen there too, also where any free port was asked for. */
  #port: number | undefined;
  /** What was last asked about resources; the next observer has to be told. */
  #resourcesRequest: ObserverRequest | undefined;
  #lastError: string | undefined;
  /** Where the thread cannot be had, what is used in its place. */
  #inline: ObserverHost | undefined;

  constructor(parts: ThreadObserverHostParts) {
    this.#parts = parts;
    this.ready = this.#ready.promise;
    this.#hangLimits = parts.hangLimits ?? DEFAULT_HANG_LIMITS;
    this.#hangCheck = setInterval(() => this.#checkForHang(), this.#hangLimits.checkIntervalMs).unref();
    this.#start();
  }

  async metricsText(): Promise<string> {
    return (await this.#request({ name: 'metricsText' })) ?? '';
  }

  async flush(timeoutMs: number): Promise<void> {
    await this.#request({ name: 'flush', timeoutMs }, timeoutMs + ANSWER_GRACE_MS);
  }

  startResources(): Promise<void> {
    return this.#switchResources('startResources');
  }

  stopResources(): Promise<void> {
    return this.#switchResources('stopResources');
  }

  async shutdown(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#hangCheck);
    clearTimeout(this.#restartTimer);
    try {
      await (this.#inline === undefined ? this.#endThread(timeoutMs) : this.#inline.shutdown(timeoutMs));
    } finally {
      this.#ready.reject(shutDownError());
    }
  }

  async #endThread(timeoutMs: number): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) {
      return;
    }
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.ref();
    const answered = this.#request({ name: 'shutdown', timeoutMs }, timeoutMs + ANSWER_GRACE_MS).catch(() => {});
    await Promise.race([answered, exited]);
    void worker.terminate();
    // A thread that is stuck within a system call cannot be ended, and is left behind.
    await settleWithin(exited, ANSWER_GRACE_MS);
    worker.unref();
  }

  flushAtExit(timeoutMs: number): void {
    if (this.#worker === undefined) {
      return;
    }
    const done = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#post({ kind: 'lastFlush', done, timeoutMs });
    Atomics.wait(new Int32Array(done), 0, 0, timeoutMs);
  }

  /** Also for the observers to come; where there is none in this moment, for the next one. */
  async #switchResources(name: 'startResources' | 'stopResources'): Promise<void> {
    const request: ObserverRequest = { name };
    this.#resourcesRequest = request;
    if (this.#worker !== undefined || this.#inline !== undefined) {
      await this.#request(request);
    }
  }

  #start(): void {
    const { options, heartbeats, invitation } = this.#parts;
    this.#writer = this.#parts.nextWriter();
    this.#startedAt = performance.now();
    this.#lastError = undefined;
    heartbeats.beatObserver();
    const start: ObserverStart = {
      options: withPort(options, this.#port),
      writer: this.#writer,
      heartbeats: heartbeats.buffer,
      gpuCounters: this.#parts.gpuCounters,
      invitation,
      ...(this.#wasLoaded ? { resumedAtMs: Date.now() } : undefined),
    };
    let worker: Worker;
    try {
      worker = newObserverThread(start);
    } catch (error) {
      this.#lastError = String(error);
      if (this.#wasLoaded) {
        // It could be had before: what is missing now, threads or memory or a working directory, may come back.
        this.#restart(0);
      } else {
        this.#fallBackToInline(this.#lastError);
      }
      return;
    }
    this.#worker = worker;
    worker.on('message', (message: MessageFromObserver) => this.#accept(message));
    worker.on('error', (error) => {
      this.#lastError = String(error);
    });
    worker.on('exit', (code) => this.#ended(worker, code));
    if (this.#isSettled) {
      worker.unref();
    }
    if (this.#resourcesRequest !== undefined) {
      this.#request(this.#resourcesRequest).catch(() => {});
    }
    const unfollowLog = this.#parts.log.follow((announcement) => {
      // What the observer itself announced it knows.
      if (announcement.kind === 'retirement' || announcement.writer !== this.#writer) {
        this.#post({ kind: 'announcement', announcement });
      }
    });
    // After the log: whoever watches a model reads its counts.
    const unfollowDrift = this.#parts.drift?.followModels((model) => this.#post({ kind: 'drift', model }));
    this.#unfollow = () => {
      unfollowLog();
      unfollowDrift?.();
    };
  }

  #accept(message: MessageFromObserver): void {
    switch (message.kind) {
      case 'loaded':
        this.#wasLoaded = true;
        return;
      case 'announcement':
        if (message.announcement.kind !== 'retirement') {
          this.#parts.log.record(message.announcement);
        }
        return;
      case 'driftAlert':
        this.#parts.drift?.accept(message.alert);
        return;
      case 'collectBridge':
        void this.#answerBridge(message.id, message.reset);
        return;
      case 'ready':
        if (this.#parts.options.prometheus === false) {
          this.#settle(() => this.#ready.resolve({ metricsUrl: undefined }));
        }
        return;
      case 'listening':
        this.#port = Number(new URL(message.metricsUrl).port || HTTP_PORT);
        this.#news.listening(message.metricsUrl);
        this.#settle(() => this.#ready.resolve({ metricsUrl: message.metricsUrl }));
        return;
      case 'refused':
        this.#refused(this.#refusal(message.code, message.message));
        return;
      case 'reply':
        this.#requests.answer(message);
    }
  }

  #refused(error: Error): void {
    // Else it is of an observer that was started anew, or of a later attempt.
    const isFirst = !this.#isSettled;
    this.#news.refused(error, isFirst);
    if (isFirst) {
      this.#settle(() => this.#ready.reject(error));
    }
  }

  #refusal(code: string, message: string): Error {
    const { prometheus } = withPort(this.#parts.options, this.#port);
    return code === 'PORT_IN_USE' && prometheus !== false
      ? new PortInUseError(prometheus.host, prometheus.port)
      : observerError(code, message);
  }

  /** The application may end from here on: until now the thread held the process, so that `ready` could be awaited. */
  #settle(settle: () => void): void {
    settle();
    this.#isSettled = true;
    this.#unrefWhenIdle();
  }

  #ended(worker: Worker, code: number): void {
    if (this.#worker !== worker) {
      return;
    }
    this.#worker = undefined;
    this.#unfollow();
    this.#parts.log.retire(this.#writer);
    if (!this.#wasLoaded && !this.#isStopping) {
      this.#fallBackToInline(this.#lastError ?? `it ended with exit code ${code}`);
      return;
    }
    this.#requests.fail('The observer thread ended before it answered; try again.');
    if (!this.#isStopping) {
      this.#restart(code);
    }
  }

  #restart(code: number): void {
    if (performance.now() - this.#startedAt > STABLE_AFTER_MS) {
      this.#backoffMs = FIRST_BACKOFF_MS;
    }
    const reason = this.#lastError ?? `exit code ${code}`;
    diag.warn(`inferometer: the observer thread ended (${reason}); it starts anew in ${this.#backoffMs} ms.`);
    if (!this.#isSettled) {
      this.#settle(() =>
        this.#ready.reject(observerError('OBSERVER_FAILED', `The observer thread could not start: ${reason}`)),
      );
    }
    this.#restartTimer = setTimeout(() => {
      this.#parts.onRestart();
      this.#start();
    }, this.#backoffMs).unref();
    this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
  }

  #fallBackToInline(reason: string): void {
    clearInterval(this.#hangCheck);
    diag.warn(
      `inferometer: the observer thread cannot be started (${reason}). ` +
        'Metrics are collected inline, which a blocked event loop delays; set observer: "inline" if this is meant.',
    );
    const inline = createInlineObserverHost(this.#parts);
    this.#inline = inline;
    this.#isSettled = true;
    inline.ready.then(this.#ready.resolve, this.#ready.reject);
    // What was asked of the thread meanwhile is asked of what is used in its place.
    this.#requests.handOver((request) => performRequest(inline, request));
  }

  #checkForHang(): void {
    const { hangsAfterMs } = this.#hangLimits;
    const isSilent = this.#worker !== undefined && this.#parts.heartbeats.observerSilenceMs() > hangsAfterMs;
    this.#silentChecks = isSilent ? this.#silentChecks + 1 : 0;
    if (this.#silentChecks >= SILENT_CHECKS) {
      this.#silentChecks = 0;
      this.#lastError = `no sign of life for ${hangsAfterMs} ms`;
      void this.#worker?.terminate();
    }
  }

  async #answerBridge(id: number, reset: boolean): Promise<void> {
    const worker = this.#worker;
    try {
      const snapshot = await this.#parts.collectBridge(reset);
      worker?.postMessage({ kind: 'bridge', id, snapshot } satisfies MessageToObserver);
    } catch (error) {
      worker?.postMessage({ kind: 'bridgeFailed', id, error: String(error) } satisfies MessageToObserver);
    }
  }

  async #request(request: ObserverRequest, timeoutMs: number = REQUEST_TIMEOUT_MS): Promise<string | undefined> {
    if (this.#inline !== undefined) {
      return performRequest(this.#inline, request);
    }
    if (this.#worker === undefined) {
      throw observerError('OBSERVER_ENDED', 'The observer thread is being started anew; try again in a moment.');
    }
    const { id, answer } = this.#requests.open(request, timeoutMs);
    this.#worker.ref();
    this.#post({ kind: 'request', id, request });
    return answer;
  }

  #unrefWhenIdle(): void {
    if (this.#isSettled && this.#requests.size === 0) {
      this.#worker?.unref();
    }
  }

  #post(message: MessageToObserver): void {
    this.#worker?.postMessage(message);
  }
}

function withPort(options: ResolvedOptions, port: number | undefined): ResolvedOptions {
  const { prometheus } = options;
  return prometheus === false || port === undefined ? options : { ...options, prometheus: { ...prometheus, port } };
}
