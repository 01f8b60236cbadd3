import { setTimeout as delay } from 'node:timers/promises';
import type { BusyReport } from '../children/busy.ts';
import { type LibraryName } from '../peers/library.ts';
import { startMeasuringProcess } from './child-process.ts';
import { requestsCounted, scrape } from './scrape.ts';

/** What a process answered to scrapes while its main thread was busy. */
export interface BusyScrapes {
  readonly library: LibraryName;
  readonly statuses: readonly number[];
  readonly durationsMs: readonly number[];
  /** Requests that each answer told of. */
  readonly counts: readonly number[];
  /** How many were answered before the work was done. */
  readonly answeredMeanwhile: number;
  readonly recorded: number;
  readonly busyMs: number;
}

/** The first scrape comes when the work is well under way, the last while it still is. */
const MARGIN_SHARE = 0.05;

/**
 * @param work the module in bench/workload/ that keeps the process busy
 * @param forMs for how long
 */
export async function scrapeBusyProcess(
  library: LibraryName,
  work: string,
  forMs: number,
  scrapes: number,
  nodeFlags: readonly string[],
): Promise<BusyScrapes> {
  const process = startMeasuringProcess('busy.ts', [library, work], nodeFlags);
  try {
    const url = await process.request<string>({ kind: 'url' });
    // Prometheus has been there before: connections, code and caches are warm.
    await scrape(url);
    await process.request<string>({ kind: 'begin', forMs });
    const reported = process.request<BusyReport>({ kind: 'report' });
    const margin = forMs * MARGIN_SHARE + 50;
    // None waits for the one before: neither does Prometheus, and a blocked process must not choose when it is asked.
    const answers = await Promise.all(
      Array.from({ length: scrapes }, async (_, place) => {
        await delay(margin + (place * (forMs - 2 * margin)) / Math.max(1, scrapes - 1));
        return { ...(await scrape(url)), answeredAt: Date.now() };
      }),
    );
    const { startedAt, endedAt, recorded } = await reported;
    return {
      library,
      statuses: answers.map(({ status }) => status),
      durationsMs: answers.map(({ durationMs }) => durationMs),
      counts: answers.map(({ body }) => requestsCounted(body)),
      answeredMeanwhile: answers.filter(({ answeredAt }) => answeredAt < endedAt).length,
      recorded,
      busyMs: endedAt - startedAt,
    };
  } finally {
    await process.end();
  }
}
