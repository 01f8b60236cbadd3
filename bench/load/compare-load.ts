import { readHoldout } from '../../examples/multimodal-api/src/replay/holdout.ts';
import { requestsCounted, scrape } from '../measure/scrape.ts';
import { driveLoad, type LoadRequest, type LoadRun } from './drive-load.ts';
import type { LoadOptions } from './load-command.ts';
import { type LoadedService, startLoadedService } from './loaded-service.ts';

/** Two runs, one right after the other. */
export interface LoadPair {
  readonly plain: LoadRun;
  readonly instrumented: LoadRun;
}

export interface LoadComparison {
  readonly options: Pick<LoadOptions, 'connections' | 'seconds'>;
  readonly pairs: readonly LoadPair[];
  /** Answers of the instrumented service, warm-up included. */
  readonly answered: number;
  /** What its metrics say. Requests that were under way when a run ended are counted and not answered. */
  readonly counted: number;
  /** What must not be, in sentences; empty if all is well. */
  readonly failures: readonly string[];
}

export interface LoadContext extends Omit<LoadOptions, 'build'> {
  readonly nodeFlags: readonly string[];
  /** @param share from 0 to 1 */
  readonly progress: (what: string, share: number) => void;
}

/** Both services run all the time, so that what V8 learns in a run is not forgotten in the next. */
export async function compareLoad(context: LoadContext): Promise<LoadComparison> {
  const services: LoadedService[] = [];
  try {
    for (const instrumented of [false, true]) {
      services.push(await startLoadedService(instrumented, context.nodeFlags));
    }
    const [plain, instrumented] = services as [LoadedService, LoadedService];
    return await compareServices(plain, instrumented, context);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

async function compareServices(
  plain: LoadedService,
  instrumented: LoadedService,
  { rounds, seconds, connections, progress }: LoadContext,
): Promise<LoadComparison> {
  const requests = await exampleRequests();
  const runs: LoadRun[] = [];
  let answered = 0;
  const drive = async (service: LoadedService): Promise<LoadRun> => {
    const run = await driveLoad(service, requests, { connections, seconds });
    runs.push(run);
    if (service === instrumented) {
      answered += run.answered;
    }
    return run;
  };

  progress('warming up', 0);
  await drive(plain);
  await drive(instrumented);
  const pairs: LoadPair[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`pair ${round + 1} of ${rounds}`, (round + 1) / (rounds + 1));
    // In turns the one or the other comes first, because the second of a pair may find a warmer machine.
    if (round % 2 === 0) {
      pairs.push({ plain: await drive(plain), instrumented: await drive(instrumented) });
    } else {
      const second = await drive(instrumented);
      pairs.push({ plain: await drive(plain), instrumented: second });
    }
  }

  const counted = requestsCounted((await scrape(instrumented.metricsUrl ?? '')).body);
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  const underWay = connections * (rounds + 1);
  const failures = [
    ...(failed > 0 ? [`${failed} requests failed.`] : []),
    ...(counted < answered || counted > answered + underWay
      ? [`${answered} requests were answered, but inference_requests_total says ${counted}.`]
      : []),
  ];
  return { options: { connections, seconds }, pairs, answered, counted, failures };
}

/** Held-out items, documents and digits in turn. */
async function exampleRequests(): Promise<readonly LoadRequest[]> {
  const { documents, images } = await readHoldout();
  return documents.flatMap(({ text }, place) => {
    const { pixels } = images[place % images.length]!;
    return [
      { path: '/v1/documents', body: JSON.stringify({ text }) },
      { path: '/v1/images', body: JSON.stringify({ pixels }) },
    ];
  });
}
