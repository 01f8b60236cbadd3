// Counts what one library allocates while it records. Arguments: the library.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { answerRequests } from '../measure/child-process.ts';
import { createLibrary } from '../peers/library.ts';
import { INFERENCES } from '../workload/inferences.ts';

export interface AllocationRequest {
  readonly calls: number;
}

export interface Allocation {
  readonly bytes: number;
  /** Collections of the young generation, which every allocation brings nearer. */
  readonly collections: number;
}

/** Entries of the performance timeline are handed out in a later turn of the event loop. */
const TIMELINE_DELAY_MS = 50;

const { record } = await createLibrary(process.argv[2]!);
let collections = 0;
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if ((entry as { detail?: { kind?: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR) {
      collections += 1;
    }
  }
});
observer.observe({ entryTypes: ['gc'] });

answerRequests(async ({ calls }: AllocationRequest): Promise<Allocation> => {
  await delay(TIMELINE_DELAY_MS);
  collections = 0;
  const before = allocatedBytes();
  recordMany(calls);
  const bytes = allocatedBytes() - before;
  await delay(TIMELINE_DELAY_MS);
  return { bytes, collections };
});

function recordMany(calls: number): void {
  for (let call = 0; call < calls; call++) {
    record(call & (INFERENCES - 1));
  }
}

/** All that this isolate has allocated since it exists, collected or not. */
function allocatedBytes(): number {
  const { total_allocated_bytes: allocated } = getHeapStatistics() as { total_allocated_bytes?: number };
  if (allocated === undefined) {
    throw new Error('v8.getHeapStatistics().total_allocated_bytes is missing; run the benchmarks on Node 26.');
  }
  return allocated;
}
