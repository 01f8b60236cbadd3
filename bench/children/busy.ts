// Keeps its main thread busy, and records meanwhile. Arguments: the library, and what it is busy with.
import { setTimeout as delay } from 'node:timers/promises';
import { answerRequests } from '../measure/child-process.ts';
import { createLibrary } from '../peers/library.ts';
import type { Work } from '../workload/work.ts';

export type BusyRequest =
  | { readonly kind: 'url' }
  /** Answered at once; the work begins a moment later. */
  | { readonly kind: 'begin'; readonly forMs: number }
  /** Answered when the work is done. */
  | { readonly kind: 'report' };

export interface BusyReport {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly recorded: number;
}

/** Time for the answer to leave, before nothing leaves any more. */
const BEGIN_DELAY_MS = 50;

const [libraryName, workName] = process.argv.slice(2) as [string, string];
const library = await createLibrary(libraryName);
const url = await library.serve();
const { prepare } = (await import(`../workload/${workName}.ts`)) as { prepare: () => Promise<Work> };
const work = await prepare();
let report: Promise<BusyReport> | undefined;

answerRequests((request: BusyRequest): string | Promise<BusyReport> | undefined => {
  switch (request.kind) {
    case 'url':
      return url;
    case 'begin':
      report = busyFor(request.forMs);
      return 'beginning';
    case 'report':
      return report;
  }
});

async function busyFor(forMs: number): Promise<BusyReport> {
  await delay(BEGIN_DELAY_MS);
  const startedAt = Date.now();
  const recorded = await work(forMs, library.record);
  return { startedAt, endedAt: Date.now(), recorded };
}
