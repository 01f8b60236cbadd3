import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default 10 s: far beyond what any condition here takes, so that only what never comes true runs into it. */
  readonly timeoutMs?: number;
}

const PAUSE_MS = 20;

/**
 * Tries `attempt` again and again until it neither throws nor gives `undefined`, and gives its value.
 *
 * @throws what the last attempt threw, when the time is up
 */
export async function eventually<Value>(
  attempt: () => Promise<Value | undefined> | Value | undefined,
  { timeoutMs = 10_000 }: EventuallyOptions = {},
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await attempt();
      if (value !== undefined) {
        return value;
      }
      failure = new Error(`this did not come true within ${timeoutMs} ms: ${attempt.toString()}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw failure;
    }
    await delay(PAUSE_MS);
  }
}
