import {
  type ScrapedLibraryName,
  type Compression,
  scrapedLibraries,
  scrapedNames,
} from '../scraped/scraped-library.ts';
import type { ScenarioContext } from '../scenario.ts';
import type { ServiceName } from '../workload/scraped-services.ts';
import { type ScrapedProcess, startScrapedProcess } from './scraped-process.ts';

/** What was measured of one library, a value for each round. */
export interface ScrapedRounds {
  readonly library: ScrapedLibraryName;
  readonly cpuMs: readonly number[];
  readonly durationMs: readonly number[];
  /** By how much a scrape makes the longest turn of the main thread's event loop longer than it is without any. */
  readonly longestTurnMs: readonly number[];
  readonly bodyBytes: number;
}

export interface ScrapeRoundsOptions {
  readonly service: ServiceName;
  readonly histograms: number;
  readonly compression: Compression;
  readonly warmUpScrapes: number;
  readonly rounds: number;
  /** So short that clocks of processor time, which tick every few milliseconds, need several. */
  readonly scrapesPerRound: number;
}

interface Contestant {
  readonly library: ScrapedLibraryName;
  readonly process: ScrapedProcess;
  readonly cpuMs: number[];
  readonly durationMs: number[];
  readonly longestTurnMs: number[];
  bodyBytes: number;
}

/** Scrapes each library once a round; the one that begins changes from round to round. */
export async function measureScrapes(
  options: ScrapeRoundsOptions,
  context: ScenarioContext,
): Promise<readonly ScrapedRounds[]> {
  const { rounds } = options;
  const steps = scrapedLibraries.length + rounds;
  const contestants: Contestant[] = [];
  try {
    for (const [place, library] of scrapedLibraries.entries()) {
      context.progress(`warming up ${scrapedNames[library]}`, place / steps);
      contestants.push(await warmedUp(library, options, context));
    }
    for (let round = 0; round < rounds; round++) {
      context.progress(`round ${round + 1} of ${rounds}`, (contestants.length + round) / steps);
      for (let place = 0; place < contestants.length; place++) {
        await measureOne(contestants[(place + round) % contestants.length]!, options.scrapesPerRound);
      }
    }
    return contestants;
  } finally {
    await Promise.all(contestants.map(({ process }) => process.end()));
  }
}

async function warmedUp(
  library: ScrapedLibraryName,
  options: ScrapeRoundsOptions,
  context: ScenarioContext,
): Promise<Contestant> {
  const process = await startScrapedProcess({ ...options, library, nodeFlags: context.nodeFlags });
  for (let scrape = 0; scrape < options.warmUpScrapes; scrape++) {
    await process.scrape();
  }
  return { library, process, cpuMs: [], durationMs: [], longestTurnMs: [], bodyBytes: 0 };
}

async function measureOne(contestant: Contestant, scrapesPerRound: number): Promise<void> {
  const { process } = contestant;
  let cpuMs = 0;
  let durationMs = 0;
  for (let scrape = 0; scrape < scrapesPerRound; scrape++) {
    const measured = await process.scrape();
    cpuMs += measured.cpuMs;
    durationMs += measured.durationMs;
    contestant.bodyBytes = measured.bodyBytes;
  }
  contestant.cpuMs.push(cpuMs / scrapesPerRound);
  contestant.durationMs.push(durationMs / scrapesPerRound);
  contestant.longestTurnMs.push(await process.longestTurnMs());
}
