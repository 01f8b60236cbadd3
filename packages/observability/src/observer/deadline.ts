import type { Clock } from './clock.ts';

/** What {@link withDeadline} rejects with when the time is up. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'DEADLINE_EXCEEDED';
}

/**
 * The outcome of `promise`, or a {@link DeadlineExceededError} once `timeoutMs` have passed. The work behind the
 * promise cannot be stopped: it goes on, and its late outcome is ignored.
 *
 * @param what subject of the error's sentence, e.g. `the collection`
 */
export async function withDeadline<T>(promise: Promise<T>, timeoutMs: number, what: string, clock: Clock): Promise<T> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = clock.setTimeout(() => {
    reject(new DeadlineExceededError(`${what} did not finish within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await Promise.race([promise, timeUp]);
  } finally {
    timer.clear();
  }
}
