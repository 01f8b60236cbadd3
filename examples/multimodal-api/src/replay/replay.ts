import { setTimeout as delay } from 'node:timers/promises';
import type { Holdout } from './holdout.ts';
import { createMinuteReport } from './minute-report.ts';
import { replayRequests } from './replay-requests.ts';
import type { Answer, ReplayRequest } from './replay-requests.ts';

export interface ReplayOptions {
  /** Both models together, feedback apart. */
  readonly requestsPerSecond?: number;
  /** Long enough that feedback visibly comes after the answer, short enough that a newcomer sees it. */
  readonly feedbackDelayMs?: number;
  readonly random?: () => number;
  readonly report?: (message: string) => void;
}

export interface Replay {
  readonly requestsPerSecond: number;
  /** Sends nothing more and waits until nothing is under way. */
  stop(): Promise<void>;
}

/** A visit is a request, a wait and its feedback. A service that hangs gets this many and no more. */
const MAX_VISITS = 100;
const TIMEOUT_MS = 5_000;

/** Sends held-out items to the service over HTTP, and their true labels a little later. */
export function startReplay(serviceUrl: string, holdout: Holdout, options: ReplayOptions = {}): Replay {
  const { requestsPerSecond = 20, feedbackDelayMs = 1_500, random = Math.random, report = console.error } = options;
  const requests = replayRequests(holdout, random);
  const visits = new Set<Promise<void>>();
  const stopping = new AbortController();
  const reportFailure = createMinuteReport(report);

  async function visit(request: ReplayRequest): Promise<void> {
    try {
      const answer = await post(request.path, request.body);
      if (answer === undefined) return;
      await delay(feedbackDelayMs, undefined, { ref: false, signal: stopping.signal });
      for (const body of request.feedback(answer)) await post('/v1/feedback', body);
    } catch (error) {
      if (!stopping.signal.aborted) reportFailure(`replay: ${request.path} failed: ${describe(error)}`);
    }
  }

  /** Undefined for 4xx, which the replay provokes on purpose. */
  async function post(path: string, body: unknown): Promise<Answer | undefined> {
    const response = await fetch(serviceUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    // Read in any case: an unread body keeps its connection.
    const answer = (await response.json()) as Answer;
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return response.ok ? answer : undefined;
  }

  function tick(): void {
    if (visits.size < MAX_VISITS) {
      const current = visit(requests.next().value).finally(() => visits.delete(current));
      visits.add(current);
    }
    timer = scheduleTick();
  }

  /** Like visitors who know nothing of each other: exponential gaps, a Poisson process. */
  function scheduleTick(): NodeJS.Timeout {
    return setTimeout(tick, (-Math.log(1 - random()) * 1_000) / requestsPerSecond).unref();
  }

  let timer = scheduleTick();
  return {
    requestsPerSecond,
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await Promise.all(visits);
    },
  };
}

/** `fetch` says only "fetch failed" and hides the reason in `cause`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
