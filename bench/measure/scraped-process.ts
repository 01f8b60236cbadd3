import { setTimeout as delay } from 'node:timers/promises';
import type { Consumption, HeldMemory, Stall } from '../children/scraped.ts';
import type { Compression, ScrapedLibraryName } from '../scraped/scraped-library.ts';
import type { ServiceName } from '../workload/scraped-services.ts';
import { type MeasuringProcess, startMeasuringProcess } from './child-process.ts';
import { drain } from './drain.ts';

/** A service that is scraped, in a process of its own. */
export interface ScrapedProcess {
  /** Records into every series, scrapes once, and tells what the scrape took the process to compute. */
  scrape(): Promise<MeasuredScrape>;
  /** By how much one scrape makes the longest turn of the main thread's event loop longer than it is without any. */
  longestTurnMs(): Promise<number>;
  record(): Promise<void>;
  /** Resident memory after a collection of garbage. */
  residentBytes(): Promise<number>;
  end(): Promise<void>;
}

export interface MeasuredScrape {
  readonly cpuMs: number;
  readonly durationMs: number;
  readonly bodyBytes: number;
}

export interface ScrapedProcessOptions {
  readonly library: ScrapedLibraryName;
  readonly service: ServiceName;
  readonly histograms: number;
  readonly compression: Compression;
  /** What a scrape asks for; without it, whatever there is. */
  readonly accept?: string;
  readonly nodeFlags: readonly string[];
}

export async function startScrapedProcess(options: ScrapedProcessOptions): Promise<ScrapedProcess> {
  const { library, service, histograms, compression } = options;
  const child = startMeasuringProcess(
    'scraped.ts',
    [library, service, String(histograms), compression],
    [...options.nodeFlags, '--expose-gc'],
  );
  try {
    const url = await child.request<string>({ kind: 'url' });
    return scrapedProcess(child, url, compression, options.accept);
  } catch (error) {
    await child.end();
    throw error;
  }
}

function scrapedProcess(
  child: MeasuringProcess,
  url: string,
  compression: Compression,
  accept: string | undefined,
): ScrapedProcess {
  const headers = {
    ...(compression === 'gzip' ? { 'accept-encoding': 'gzip' } : {}),
    ...(accept === undefined ? {} : { accept }),
  };
  const scrapeOnce = async (): Promise<{ durationMs: number; bodyBytes: number }> => {
    const { status, contentEncoding, durationMs, bodyBytes } = await drain(url, headers);
    if (status !== 200 || (compression === 'gzip') !== (contentEncoding === 'gzip')) {
      throw new Error(`The scrape was answered with ${status}, content-encoding ${contentEncoding}.`);
    }
    return { durationMs, bodyBytes };
  };
  return {
    scrape: async (): Promise<MeasuredScrape> => {
      const before = await child.request<Consumption>({ kind: 'record' });
      const scraped = await scrapeOnce();
      const after = await child.request<Consumption>({ kind: 'consumption' });
      return { ...scraped, cpuMs: after.cpuMs - before.cpuMs };
    },
    longestTurnMs: async (): Promise<number> => {
      await child.request<Consumption>({ kind: 'record' });
      await child.request<Consumption>({ kind: 'watch' });
      const { durationMs } = await scrapeOnce();
      const scraped = await child.request<Stall>({ kind: 'endWatch' });
      await child.request<Consumption>({ kind: 'watch' });
      await delay(durationMs);
      const unscraped = await child.request<Stall>({ kind: 'endWatch' });
      return Math.max(0, scraped.longestTurnMs - unscraped.longestTurnMs);
    },
    record: async (): Promise<void> => {
      await child.request<Consumption>({ kind: 'record' });
    },
    residentBytes: async (): Promise<number> => (await child.request<HeldMemory>({ kind: 'memory' })).residentBytes,
    end: () => child.end(),
  };
}
