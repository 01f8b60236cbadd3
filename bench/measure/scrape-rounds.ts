import {
  type ScrapedLibraryName,
  type Compression,
  scrapedLibraries,
  scrapedNames,
} from '../scraped/scraped-library.ts';
import type { ScenarioContext } from '../scenario.ts';
import type { ServiceName } from '../workload/scraped-services.ts';
import { type ScrapedProcess, startScrapedProcess } from './scraped-process.ts';

/** Who is scraped, and for what. */
export interface ScrapeEntrant {
  readonly library: ScrapedLibraryName;
  /** What it is called in the results. */
  readonly label: string;
  /** What a scrape asks for; without it, whatever there is. */
  readonly accept?: string;
}

/** What was measured of one of them, a value for each round. */
export interface ScrapedRounds extends ScrapeEntrant {
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
  /** Default: every library. */
  readonly entrants?: readonly ScrapeEntrant[];
}

interface Contestant extends ScrapeEntrant {
  readonly process: ScrapedProcess;
  readonly cpuMs: number[];
  readonly durationMs: number[];
  readonly longestTurnMs: number[];
  bodyBytes: number;
}

const everyLibrary: readonly ScrapeEntrant[] = scrapedLibraries.map((library) => ({
  library,
  label: scrapedNames[library],
}));

/** Scrapes each once a round; the one that begins changes from round to round. */
export async function measureScrapes(
  options: ScrapeRoundsOptions,
  context: ScenarioContext,
): Promise<readonly ScrapedRounds[]> {
  const { rounds, entrants = everyLibrary } = options;
  const steps = entrants.length + rounds;
  const contestants: Contestant[] = [];
  try {
    for (const [place, entrant] of entrants.entries()) {
      context.progress(`warming up ${entrant.label}`, place / steps);
      contestants.push(await warmedUp(entrant, options, context));
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
  entrant: ScrapeEntrant,
  options: ScrapeRoundsOptions,
  context: ScenarioContext,
): Promise<Contestant> {
  const process = await startScrapedProcess({ ...options, ...entrant, nodeFlags: context.nodeFlags });
  for (let scrape = 0; scrape < options.warmUpScrapes; scrape++) {
    await process.scrape();
  }
  return { ...entrant, process, cpuMs: [], durationMs: [], longestTurnMs: [], bodyBytes: 0 };
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
