import { measureScrapes, type ScrapeEntrant } from './measure/scrape-rounds.ts';
import { scrapeChart, scrapeMeasurements, scrapeTable } from './report/scrape-result.ts';
import type { Scenario } from './scenario.ts';
import { EFFORTS, HISTOGRAMS } from './workload/large-scrape.ts';

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';
const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

const FORMATS: readonly ScrapeEntrant[] = [
  { library: 'inferometer', label: 'text 0.0.4' },
  { library: 'inferometer', label: 'OpenMetrics 1.0.0', accept: OPEN_METRICS },
  { library: 'inferometer', label: 'protobuf', accept: PROTOBUF },
  { library: 'inferometer-native', label: 'text, with nativeHistograms' },
  { library: 'inferometer-native', label: 'protobuf, with nativeHistograms', accept: PROTOBUF },
];

export const scrapeFormats: Scenario = {
  name: 'scrape-formats',
  title: 'A scrape in each format',
  async run(context) {
    const histograms = HISTOGRAMS[context.effort];
    const effort = EFFORTS[context.effort];
    const measured = { service: 'large', histograms, compression: 'none', entrants: FORMATS, ...effort } as const;
    const rounds = await measureScrapes(measured, context);
    return {
      scenario: scrapeFormats.name,
      title: scrapeFormats.title,
      explanation:
        'The service of `scrape`, ours alone. With `nativeHistograms` each histogram has 378 slots in place of 18, and ' +
        'protobuf tells the exponential buckets beside the others.',
      settings: { histograms, ...effort },
      table: scrapeTable(rounds, 'format', 'text'),
      measurements: scrapeMeasurements(rounds),
      requirements: [
        {
          text: 'every format answered with all the metrics',
          measured: `${rounds.length} formats answered`,
          met: rounds.every(({ bodyBytes }) => bodyBytes > 0),
        },
      ],
      chart: scrapeChart(rounds, 'A scrape of 7,000 histograms in each format'),
    };
  },
};
