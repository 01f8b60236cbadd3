import { diag } from '@opentelemetry/api';
import { getHeapStatistics } from 'node:v8';

/** A heap that runs out ends the whole process, and no resource limit helps; this far below, the thread ends itself. */
const LARGEST_SHARE = 0.6;

/** A check costs less than a microsecond; what leaks a gigabyte a second is still seen between 60% and the end. */
const CHECK_INTERVAL_MS = 200;

/** Exit code of a thread that ended for want of memory, to tell it from others in the log. */
export const HEAP_EXIT_CODE = 86;

/** Ends this thread, to be started anew, when its heap is 60% full. */
export function watchHeap(): void {
  setInterval(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    if (used > limit * LARGEST_SHARE) {
      diag.warn(`inferometer: the observer uses ${used} of ${limit} bytes of heap and starts anew.`);
      process.exit(HEAP_EXIT_CODE);
    }
  }, CHECK_INTERVAL_MS).unref();
}
