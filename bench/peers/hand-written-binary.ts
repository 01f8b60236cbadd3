import { createHandWritten } from './hand-written-slots.ts';
import type { MeasuredLibrary } from './library.ts';

/** With the search for buckets that everybody writes. */
export function create(): Promise<MeasuredLibrary> {
  return createHandWritten((bounds) => (value) => {
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]!) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  });
}
