import type { ChurnReport } from './children/churn.ts';
import { startMeasuringProcess } from './measure/child-process.ts';
import { decimals, milliseconds } from './report/units.ts';
import type { Scenario } from './scenario.ts';

const EFFORTS = {
  full: { labelSets: 1_000_000, scrapes: 10 },
  quick: { labelSets: 200_000, scrapes: 5 },
  tiny: { labelSets: 20_000, scrapes: 4 },
} as const;

/** Once the limits are reached, which is long before the half, nothing may grow but by chance. */
const MOST_GROWTH = 1.15;

export const churn: Scenario = {
  name: 'churn',
  title: 'Label sets without end',
  async run(context) {
    const { labelSets, scrapes } = EFFORTS[context.effort];
    const child = startMeasuringProcess('churn.ts', [], [...context.nodeFlags, '--expose-gc']);
    const reports: ChurnReport[] = [];
    try {
      for (let scrape = 0; scrape < scrapes; scrape++) {
        context.progress(`scrape ${scrape + 1} of ${scrapes}`, scrape / scrapes);
        reports.push(await child.request<ChurnReport>({ labelSets: labelSets / scrapes }));
      }
    } finally {
      await child.end();
    }
    const half = reports[Math.floor(scrapes / 2)]!;
    const last = reports.at(-1)!;
    const memoryGrowth = last.residentBytes / half.residentBytes;
    const bodyGrowth = last.bodyBytes / half.bodyBytes;
    return {
      scenario: churn.name,
      title: churn.title,
      explanation:
        'A service records label sets that are new each time: a hundred models, and a tenant and a class that never come ' +
        'again. It is scraped throughout; past the limits everything goes to overflow series.',
      settings: { labelSets, scrapes },
      table: {
        columns: ['label sets so far', 'resident memory', 'body', 'answered after', 'requests counted'],
        rows: reports.map((report, place) => [
          decimals(((place + 1) * labelSets) / scrapes, 0),
          `${decimals(report.residentBytes / 2 ** 20, 0)} MiB`,
          `${decimals(report.bodyBytes / 1024, 0)} KiB`,
          milliseconds(report.scrapeMs),
          decimals(report.requestsCounted, 0),
        ]),
      },
      measurements: reports.map((report, place) => ({
        library: `after scrape ${place + 1}`,
        values: { ...report },
      })),
      requirements: [
        {
          text: 'memory and body stay as they are once the limits are reached',
          measured: `memory ${decimals(memoryGrowth, 2)} times, body ${decimals(bodyGrowth, 2)} times that of half-time`,
          met: memoryGrowth <= MOST_GROWTH && bodyGrowth <= MOST_GROWTH,
        },
        {
          text: 'every inference counted',
          measured: `${decimals(last.requestsCounted, 0)} of ${decimals(labelSets, 0)}`,
          met: last.requestsCounted === labelSets,
        },
      ],
      chart: {
        title: 'Memory while a million label sets come and go',
        subtitle: 'resident memory; even is good',
        bars: reports.map((report, place) => ({
          label: decimals(((place + 1) * labelSets) / scrapes, 0),
          value: report.residentBytes / 2 ** 20,
          text: `${decimals(report.residentBytes / 2 ** 20, 0)} MiB`,
          highlighted: true,
        })),
      },
    };
  },
};
