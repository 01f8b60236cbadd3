import { measureScrapes } from './measure/scrape-rounds.ts';
import { scrapeChart, scrapeMeasurements, scrapeRequirements, scrapeTable } from './report/scrape-result.ts';
import type { Scenario } from './scenario.ts';
import { EFFORTS, HISTOGRAMS } from './workload/large-scrape.ts';
import { GZIP_LEVEL } from './workload/scraped-services.ts';

/** What the project promises. */
const TIMES_LESS = { opentelemetry: 5, 'prom-client': 5, 'prometheus-io-client': 5 } as const;

export const scrapeGzip: Scenario = {
  name: 'scrape-gzip',
  title: 'The same scrape, compressed',
  async run(context) {
    const histograms = HISTOGRAMS[context.effort];
    const effort = EFFORTS[context.effort];
    const rounds = await measureScrapes({ service: 'large', histograms, compression: 'gzip', ...effort }, context);
    return {
      scenario: scrapeGzip.name,
      title: scrapeGzip.title,
      explanation:
        "As `scrape`, with gzip. The peers do not compress; their text goes through Node's zlib at the level that ours takes.",
      settings: { histograms, gzipLevel: GZIP_LEVEL, ...effort },
      table: scrapeTable(rounds),
      measurements: scrapeMeasurements(rounds),
      requirements: scrapeRequirements(rounds, TIMES_LESS),
      chart: scrapeChart(rounds, 'A compressed scrape of 7,000 histograms'),
    };
  },
};
