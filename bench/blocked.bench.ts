import { scrapeBusyProcess, type BusyScrapes } from './measure/scrapes-of-busy-process.ts';
import { libraryNames, peers } from './peers/library.ts';
import { busyChart, busyMeasurements, busyRequirements, busyTable } from './report/busy-result.ts';
import type { Scenario } from './scenario.ts';

const LIBRARIES = ['inferometer', ...peers] as const;
const SCRAPES = 10;

const EFFORTS = { full: { blockMs: 5000 }, quick: { blockMs: 1000 }, tiny: { blockMs: 300 } } as const;

export const blocked: Scenario = {
  name: 'blocked',
  title: 'Scrapes while the main thread is blocked',
  async run(context) {
    const { blockMs } = EFFORTS[context.effort];
    const runs: BusyScrapes[] = [];
    for (const [place, library] of LIBRARIES.entries()) {
      context.progress(`blocking ${libraryNames[library]}`, place / LIBRARIES.length);
      runs.push(await scrapeBusyProcess(library, 'blocking-loop', blockMs, SCRAPES, context.nodeFlags));
    }
    return {
      scenario: 'blocked',
      title: blocked.title,
      explanation:
        'A loop holds the main thread and records an inference a millisecond; meanwhile another process scrapes ten times, at ' +
        'even intervals.',
      settings: { blockMs, scrapes: SCRAPES },
      table: busyTable(runs),
      measurements: busyMeasurements(runs),
      requirements: busyRequirements(runs[0]!, 'each'),
      chart: busyChart(runs, `Scraped while the main thread is blocked for ${blockMs / 1000} s`),
    };
  },
};
