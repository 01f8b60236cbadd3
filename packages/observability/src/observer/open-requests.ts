import { observerError } from './observer-host.ts';
import type { MessageFromObserver, ObserverRequest } from './observer-messages.ts';

/** What was asked of the observer's thread and has not been answered. */
export interface OpenRequests {
  readonly size: number;
  /** Notes a request, which fails when it is not answered in time. */
  open(request: ObserverRequest, timeoutMs: number): OpenRequest;
  /** Takes an answer; one that comes too late is ignored. */
  answer(reply: Extract<MessageFromObserver, { readonly kind: 'reply' }>): void;
  /** Fails all, as nobody is there who could answer. */
  fail(message: string): void;
  /** Has somebody else answer all. */
  handOver(perform: (request: ObserverRequest) => Promise<string | undefined>): void;
}

export interface OpenRequest {
  readonly id: number;
  readonly answer: Promise<string | undefined>;
}

interface Waiting extends PromiseWithResolvers<string | undefined> {
  readonly request: ObserverRequest;
  readonly timer: NodeJS.Timeout;
}

/** @param onIdle called whenever the last request has been settled */
export function createOpenRequests(onIdle: () => void): OpenRequests {
  return new NumberedRequests(onIdle);
}

class NumberedRequests implements OpenRequests {
  readonly #waiting = new Map<number, Waiting>();
  readonly #onIdle: () => void;
  #nextId = 0;

  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get size(): number {
    return this.#waiting.size;
  }

  open(request: ObserverRequest, timeoutMs: number): OpenRequest {
    const id = this.#nextId++;
    const timer = setTimeout(() => {
      this.#settle(id, ({ reject }) =>
        reject(observerError('OBSERVER_TIMEOUT', `The observer did not answer within ${timeoutMs} ms.`)),
      );
    }, timeoutMs);
    const resolvers = Promise.withResolvers<string | undefined>();
    this.#waiting.set(id, { ...resolvers, request, timer });
    return { id, answer: resolvers.promise };
  }

  answer({ id, value, error }: Parameters<OpenRequests['answer']>[0]): void {
    this.#settle(id, ({ resolve, reject }) => {
      if (error === undefined) {
        resolve(value);
      } else {
        reject(observerError('OBSERVER_FAILED', error));
      }
    });
  }

  fail(message: string): void {
    for (const id of this.#waiting.keys()) {
      this.#settle(id, ({ reject }) => reject(observerError('OBSERVER_ENDED', message)));
    }
  }

  handOver(perform: (request: ObserverRequest) => Promise<string | undefined>): void {
    for (const id of this.#waiting.keys()) {
      this.#settle(id, ({ request, resolve, reject }) => {
        perform(request).then(resolve, reject);
      });
    }
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return;
    }
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    settle(waiting);
    if (this.#waiting.size === 0) {
      this.#onIdle();
    }
  }
}
