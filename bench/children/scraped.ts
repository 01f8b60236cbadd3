// Is scraped, and tells what that took. Arguments: the library, the service, how many histograms, the compression.
import { setImmediate as turn } from 'node:timers/promises';
import { answerRequests } from '../measure/child-process.ts';
import { createWaitedTime } from '../measure/waited-time.ts';
import { createScraped, type Compression } from '../scraped/scraped-library.ts';
import { services, type ServiceName } from '../workload/scraped-services.ts';

export type ScrapedRequest =
  | { readonly kind: 'url' }
  /** Every series gets new values, as between two scrapes in life. Answered with what the process has computed so far. */
  | { readonly kind: 'record' }
  | { readonly kind: 'consumption' }
  /** The memory that is held, after garbage was collected. */
  | { readonly kind: 'memory' }
  /** Watches the turns of the event loop until `endWatch`. */
  | { readonly kind: 'watch' }
  | { readonly kind: 'endWatch' };

export interface Consumption {
  /** What all threads of the process have computed so far. */
  readonly cpuMs: number;
}

export interface Stall {
  /** The longest time between two turns of the main thread's event loop, without what other threads took from it. */
  readonly longestTurnMs: number;
}

export interface HeldMemory {
  readonly residentBytes: number;
}

const [libraryName, serviceName, histograms, compression] = process.argv.slice(2) as [
  string,
  ServiceName,
  string,
  string,
];
const inferences = services[serviceName](Number(histograms));
const library = await createScraped(libraryName, serviceName === 'large');
const url = await library.serve(compression as Compression);
const watch = { isOn: false };
let longestTurnMs = 0;
const waitedMs = createWaitedTime();

answerRequests((request: ScrapedRequest): string | Consumption | Stall | HeldMemory => {
  switch (request.kind) {
    case 'url':
      return url;
    case 'record':
      for (const inference of inferences) {
        library.record(inference);
      }
      return consumption();
    case 'consumption':
      return consumption();
    case 'memory':
      globalThis.gc?.();
      return { residentBytes: process.memoryUsage.rss() };
    case 'watch':
      watch.isOn = true;
      longestTurnMs = 0;
      void watchTurns();
      return consumption();
    case 'endWatch':
      watch.isOn = false;
      return { longestTurnMs };
  }
});

function consumption(): Consumption {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000 };
}

/** The clock, less the time that the main thread was ready to run and others had the processors. */
function ownTimeMs(): number {
  return performance.now() - waitedMs();
}

async function watchTurns(): Promise<void> {
  // The answer to the request that began this is on its way in the first turns.
  await turn();
  await turn();
  let before = ownTimeMs();
  while (watch.isOn) {
    await turn();
    const now = ownTimeMs();
    longestTurnMs = Math.max(longestTurnMs, now - before);
    before = now;
  }
}
