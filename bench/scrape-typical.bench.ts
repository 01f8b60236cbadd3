import { measureScrapes } from './measure/scrape-rounds.ts';
import { scrapeChart, scrapeMeasurements, scrapeTable } from './report/scrape-result.ts';
import type { Scenario } from './scenario.ts';

const EFFORTS = {
  full: { warmUpScrapes: 300, rounds: 9, scrapesPerRound: 40 },
  quick: { warmUpScrapes: 100, rounds: 3, scrapesPerRound: 20 },
  tiny: { warmUpScrapes: 1, rounds: 1, scrapesPerRound: 1 },
} as const;

export const scrapeTypical: Scenario = {
  name: 'scrape-typical',
  title: 'A scrape of a typical service',
  async run(context) {
    const effort = EFFORTS[context.effort];
    const rounds = await measureScrapes({ service: 'typical', histograms: 0, compression: 'none', ...effort }, context);
    return {
      scenario: scrapeTypical.name,
      title: scrapeTypical.title,
      explanation:
        'Three models of twenty classes, scraped as in `scrape`. Ours tells more: CPU, memory, the event loop, the heap, ' +
        'and itself.',
      settings: effort,
      table: scrapeTable(rounds),
      measurements: scrapeMeasurements(rounds),
      requirements: [
        {
          text: 'every scrape answered with all the metrics',
          measured: `${rounds.length} libraries answered`,
          met: rounds.every(({ bodyBytes }) => bodyBytes > 0),
        },
      ],
      chart: scrapeChart(rounds, 'A scrape of three models with twenty classes'),
    };
  },
};
