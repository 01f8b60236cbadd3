import { bucketSearch } from '../../packages/observability/src/store/bucket-search.ts';
import { createHandWritten } from './hand-written-slots.ts';
import type { MeasuredLibrary } from './library.ts';

/** With the search for buckets that ours has, so that what is compared is all the rest. */
export function create(): Promise<MeasuredLibrary> {
  return createHandWritten((bounds) => {
    const search = bucketSearch(bounds);
    return (value) => search.find(value);
  });
}
