import { INFERENCES } from './inferences.ts';
import type { Work } from './work.ts';

/** An inference a millisecond, each of which holds the thread until the next. */
const RECORD_EVERY_MS = 1;

/** One loop that never gives the event loop a turn. */
export function prepare(): Promise<Work> {
  return Promise.resolve((forMs, record) => {
    const start = performance.now();
    let recorded = 0;
    for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - start) {
      if (elapsed >= recorded * RECORD_EVERY_MS) {
        record(recorded % INFERENCES);
        recorded += 1;
      }
    }
    return Promise.resolve(recorded);
  });
}
