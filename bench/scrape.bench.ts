import { measureScrapes } from './measure/scrape-rounds.ts';
import {
  scrapeChart,
  scrapeMeasurements,
  scrapeRequirements,
  scrapeTable,
  stallRequirement,
} from './report/scrape-result.ts';
import type { Scenario } from './scenario.ts';
import { EFFORTS, HISTOGRAMS } from './workload/large-scrape.ts';

/** What the project promises. */
const TIMES_LESS = { opentelemetry: 15, 'prom-client': 8, 'prometheus-io-client': 8 } as const;
const LONGEST_STALL_MS = 1;

export const scrape: Scenario = {
  name: 'scrape',
  title: 'A scrape of 7,000 histograms',
  async run(context) {
    const histograms = HISTOGRAMS[context.effort];
    const effort = EFFORTS[context.effort];
    const rounds = await measureScrapes({ service: 'large', histograms, compression: 'none', ...effort }, context);
    return {
      scenario: scrape.name,
      title: scrape.title,
      explanation:
        'What all threads of the scraped process compute for one scrape, from the request to the last byte that the system ' +
        'took, after every series got a new value. "Main thread held" is the longest time between two turns of its event ' +
        'loop, less what it waited for a processor and less the longest of as long a time without a scrape. Medians.',
      settings: { histograms, ...effort },
      table: scrapeTable(rounds),
      measurements: scrapeMeasurements(rounds),
      requirements: [...scrapeRequirements(rounds, TIMES_LESS), stallRequirement(rounds, LONGEST_STALL_MS)],
      chart: scrapeChart(rounds, 'A scrape of 7,000 histograms, 16 lines each'),
    };
  },
};
