import { scrapeBusyProcess, type BusyScrapes } from './measure/scrapes-of-busy-process.ts';
import { libraryNames, peers } from './peers/library.ts';
import { busyChart, busyMeasurements, busyRequirements, busyTable } from './report/busy-result.ts';
import type { Scenario } from './scenario.ts';

const LIBRARIES = ['inferometer', ...peers] as const;
const SCRAPES = 10;

const EFFORTS = { full: { runsMs: 5000 }, quick: { runsMs: 1500 }, tiny: { runsMs: 600 } } as const;

export const onnx: Scenario = {
  name: 'onnx',
  title: 'Scrapes while eight runs of onnxruntime-node go on',
  async run(context) {
    const { runsMs } = EFFORTS[context.effort];
    const runs: BusyScrapes[] = [];
    for (const [place, library] of LIBRARIES.entries()) {
      context.progress(`eight runs beside ${libraryNames[library]}`, place / LIBRARIES.length);
      runs.push(await scrapeBusyProcess(library, 'onnx-runs', runsMs, SCRAPES, context.nodeFlags));
    }
    const busyMs = Math.round(runs[0]!.busyMs);
    return {
      scenario: 'onnx',
      title: onnx.title,
      explanation:
        'Eight runs are under way on the main thread at any time, each of which is recorded when it is done; meanwhile ' +
        'another process scrapes ten times, at even intervals. onnxruntime computes on all cores, so all that happens here ' +
        'competes with it.',
      settings: { intendedMs: runsMs, busyMs, scrapes: SCRAPES, concurrentRuns: 8 },
      table: busyTable(runs),
      measurements: busyMeasurements(runs),
      requirements: busyRequirements(runs[0]!, 'never falling'),
      chart: busyChart(runs, 'Scraped while eight runs of onnxruntime-node go on'),
    };
  },
};
