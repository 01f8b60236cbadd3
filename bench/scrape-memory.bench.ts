import { startScrapedProcess } from './measure/scraped-process.ts';
import { median } from './measure/statistics.ts';
import { bytes } from './report/units.ts';
import type { Requirement, Scenario, ScenarioContext } from './scenario.ts';
import { scrapedLibraries, scrapedNames, type ScrapedLibraryName } from './scraped/scraped-library.ts';

const EFFORTS = {
  full: { histograms: 7000, scrapes: 6, rounds: 2 },
  quick: { histograms: 7000, scrapes: 4, rounds: 1 },
  tiny: { histograms: 500, scrapes: 1, rounds: 1 },
} as const;

const OURS: ScrapedLibraryName = 'inferometer';

export const scrapeMemory: Scenario = {
  name: 'scrape-memory',
  title: 'Memory of a histogram that is scraped',
  async run(context) {
    const { histograms, scrapes, rounds } = EFFORTS[context.effort];
    const rows: { library: ScrapedLibraryName; bytesPerHistogram: number[] }[] = [];
    for (const [place, library] of scrapedLibraries.entries()) {
      context.progress(scrapedNames[library], place / scrapedLibraries.length);
      const bytesPerHistogram: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const large = await residentBytes(library, histograms, scrapes, context);
        const small = await residentBytes(library, 1, scrapes, context);
        bytesPerHistogram.push((large - small) / (histograms - 1));
      }
      rows.push({ library, bytesPerHistogram });
    }
    const medianOf = (name: ScrapedLibraryName): number =>
      median(rows.find(({ library }) => library === name)!.bytesPerHistogram);
    return {
      scenario: scrapeMemory.name,
      title: scrapeMemory.title,
      explanation:
        'Resident memory of a process with many histograms and their request counters, less that of one with a single ' +
        'histogram, for each histogram; both were scraped several times and had collected their garbage. The body that was ' +
        'written last is part of it.',
      settings: { histograms, scrapes, rounds },
      table: {
        columns: ['library', 'bytes per histogram'],
        rows: rows.map(({ library }) => [scrapedNames[library], bytes(medianOf(library))]),
      },
      measurements: rows.map(({ library, bytesPerHistogram }) => ({
        library: scrapedNames[library],
        values: { bytesPerHistogram },
      })),
      requirements: scrapedLibraries
        .filter((library) => !library.startsWith(OURS))
        .map((library): Requirement => ({
          text: `less than ${scrapedNames[library]}`,
          measured: `${bytes(medianOf(OURS))} and ${bytes(medianOf(library))}`,
          met: medianOf(OURS) < medianOf(library),
        })),
      chart: {
        title: 'Memory of a histogram that is scraped',
        subtitle: 'bytes of resident memory; shorter is better',
        bars: rows.map(({ library }) => ({
          label: scrapedNames[library],
          value: Math.max(0, medianOf(library)),
          text: bytes(medianOf(library)),
          highlighted: library === OURS,
        })),
      },
    };
  },
};

async function residentBytes(
  library: ScrapedLibraryName,
  histograms: number,
  scrapes: number,
  context: ScenarioContext,
): Promise<number> {
  const process = await startScrapedProcess({
    library,
    service: 'large',
    histograms,
    compression: 'none',
    nodeFlags: context.nodeFlags,
  });
  try {
    for (let scrape = 0; scrape < scrapes; scrape++) {
      await process.scrape();
    }
    return await process.residentBytes();
  } finally {
    await process.end();
  }
}
