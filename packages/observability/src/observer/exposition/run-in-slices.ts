import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/** Half of what an event loop is held for at most: the other half is for what else happens in a turn. */
const SLICE_MS = 5;

/** Runs steps to their end, and lets the event loop turn after each few milliseconds. */
export async function runInSlices<Result>(
  steps: Generator<undefined, Result, undefined>,
  clock: Pick<Clock, 'now'>,
): Promise<Result> {
  let sliceEnd = clock.now() + SLICE_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (clock.now() >= sliceEnd) {
      await turnOfTheLoop();
      sliceEnd = clock.now() + SLICE_MS;
    }
  }
}
