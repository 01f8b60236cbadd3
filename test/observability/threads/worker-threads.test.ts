import { expect } from 'chai';
import { type BundledScript, bundleScript } from '../../support/bundled-script.ts';
import { endPrograms, startProgram } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { type ObservedService, SABOTAGE_FLAGS, startService } from '../../support/observed-service.ts';
import { scrape, type Scrape } from '../../support/scrape.ts';
import type { ThreadEnd, ThreadTask } from './fixtures/counting-thread.ts';

const REQUESTS = 'inference_requests_total';
const DOCUMENT = { model_type: 'document', status: 'success' };

describe('Worker threads that record', () => {
  let bundle: BundledScript;
  let script: string;

  before(async () => {
    bundle = await bundleScript(new URL('fixtures/counting-thread.ts', import.meta.url));
    script = bundle.url.href;
  });

  after(() => bundle.remove());

  afterEach(endPrograms);

  const task: ThreadTask = { modelType: 'document', times: 10, ending: 'stay' };

  it('are summed up with the main thread while they run, and after each kind of end', async () => {
    const service = startService();
    await service.tell('record', 5);
    const threads = await Promise.all([1, 2, 3, 4].map(() => service.tell('startThread', script, task)));
    expect((await service.scrape()).value(REQUESTS, DOCUMENT)).to.equal(45);
    const ends = ['return', 'exit', 'throw', 'terminate'] as const;
    for (const [place, thread] of threads.entries()) {
      await service.tell('endThread', thread, ends[place] ?? 'return');
      expect((await service.scrape()).value(REQUESTS, DOCUMENT)).to.equal(45);
    }
    expect(service.program.errors).to.equal('');
  });

  it('lose at most the record that was being made when they are terminated', async () => {
    const service = startService();
    await service.metricsUrl();
    const recorded = await service.tell('runAndTerminate', script, { ...task, times: 'endless' }, 1000);
    expect(recorded).to.be.at.least(1000);
    const count = (await service.scrape()).value(REQUESTS, DOCUMENT);
    expect(count).to.be.within(recorded, recorded + 1);
  });

  it('are a pool under load of which members are killed at random, and the observer too, and each count is kept', async function () {
    this.slow(15_000);
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    await service.metricsUrl();
    const random = createRandom(20_261_123);
    const pool = { kills: 0, recorded: 0, isOver: false };
    const member = async (kills: number): Promise<void> => {
      for (let kill = 0; kill < kills; kill++) {
        const atLeast = Math.floor(random() * 50_000);
        const recorded = await service.tell('runAndTerminate', script, { ...task, times: 'endless' }, atLeast);
        pool.recorded += recorded;
        pool.kills += 1;
      }
    };
    const members = Promise.all([5, 5, 5, 5].map(member)).finally(() => {
      pool.isOver = true;
    });
    let last = new Map<string, number>();
    let crashes = 0;
    while (!pool.isOver) {
      if (pool.kills >= 5 && crashes === 0) {
        crashes += 1;
        await service.tell('sabotage', 'crash');
      }
      // None while no observer is there to answer.
      const told = await service.scrape().catch(() => undefined);
      last = told === undefined ? last : expectNoneFell(last, told);
    }
    await members;
    const told = await eventually(async () => {
      const scraped = await service.scrape();
      return scraped.value('inferometer_observer_restarts_total') === crashes ? scraped : undefined;
    });
    expect(pool.kills).to.equal(20);
    expect(crashes).to.equal(1);
    expectNoneFell(last, told);
    // Of each that is killed the record that was being made may be told or not.
    expect(told.value(REQUESTS, DOCUMENT)).to.be.within(pool.recorded, pool.recorded + pool.kills);
    expect(told.value('inference_latency_seconds_count', { model_type: 'document' })).to.be.within(
      pool.recorded,
      pool.recorded + pool.kills,
    );
  });

  it('come and go by the dozen without a count ever falling, and leave no series behind', async function () {
    this.slow(12_000);
    const service = startService();
    await service.tell('record', 5, { latencyMs: 0.1 });
    const before = await seriesCount(service);
    const tasks = (['return', 'exit', 'return', 'throw'] as const).map((ending) => endingTask(ending));
    const churn = { isOver: false };
    const rounds = (async (): Promise<void> => {
      for (let round = 0; round < 15; round++) {
        await service.tell('runThreads', script, tasks);
      }
      churn.isOver = true;
    })();
    let last = new Map<string, number>();
    let scrapes = 0;
    while (!churn.isOver) {
      last = expectNoneFell(last, await service.scrape());
      scrapes += 1;
    }
    await rounds;
    expect(scrapes).to.be.above(20);
    const told = await scrapeWithSeries(service, before + NEW_SERIES_OF_MAIN);
    expectNoneFell(last, told);
    expect(told.value(REQUESTS, DOCUMENT)).to.equal(605);
    expect(told.value('inference_latency_seconds_count', { model_type: 'document' })).to.equal(605);
    expect(told.value('inference_latency_seconds_sum', { model_type: 'document' })).to.be.closeTo(0.0605, 1e-12);
  });

  it('share one limit of classes', async () => {
    const service = startService();
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((classPrefix) =>
        service.tell('startThread', script, { ...task, times: 100, classPrefix }),
      ),
    );
    const { families } = await service.scrape();
    const samples = families.get('prediction_distribution_total')?.samples ?? [];
    const overflow = samples.filter(({ labels }) => labels['otel_metric_overflow'] === 'true');
    expect(samples).to.have.lengthOf(201);
    expect(overflow.map(({ value }) => value)).to.deep.equal([200]);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).to.equal(400);
  });

  it('record under the options of the first call', async () => {
    const service = startService({
      models: { document: { latencyBucketsSeconds: [0.25, 0.5], classes: ['other0', 'other1', 'other2'] } },
      limits: { classesPerModel: 1 },
    });
    await service.tell('startThread', script, { ...task, times: 3, classPrefix: 'other' });
    const told = await service.scrape();
    const bounds = told.families
      .get('inference_latency_seconds')
      ?.samples.flatMap(({ labels }) => (labels['le'] === undefined ? [] : [labels['le']]));
    expect(bounds).to.deep.equal(['0.25', '0.5', '+Inf']);
    expect(told.value('prediction_distribution_total', { predicted_class: 'other2' })).to.equal(1);
  });

  it('may have threads of their own', async () => {
    const service = startService();
    await service.tell('startThread', script, { ...task, nested: { ...task, times: 7, ending: 'return' } });
    expect((await service.scrape()).value(REQUESTS, DOCUMENT)).to.equal(17);
  });

  for (const [how, args] of [
    ['turns', []],
    ['is blocked', ['blocked']],
  ] as const) {
    it(`are part of the whole even if they were started before it, while the main thread ${how}`, async () => {
      const program = startProgram(new URL('fixtures/early-thread.ts', import.meta.url), { args: [script, ...args] });
      const metricsUrl = await program.hear<string>('metricsUrl');
      expect((await scrape(metricsUrl)).value(REQUESTS, DOCUMENT)).to.equal(11);
      program.endInput();
      expect(await program.ended).to.include({ code: 0, errors: '' });
    });
  }

  it('warn about bad values like the main thread', async () => {
    const service = startService();
    await service.metricsUrl();
    await service.tell('startThread', script, { ...task, times: 2, latencyMs: -1 });
    expect((await service.scrape()).value('inferometer_dropped_values_total')).to.equal(2);
    expect(service.program.errors).to.match(/^inferometer: latencyMs was not recorded.+\n$/);
  });

  it('are seen at once while the main thread is blocked, and for ever if they end meanwhile', async () => {
    const service = startService();
    const before = await seriesCount(service);
    const done = service.tell('blockDuringThread', 1000, script, {
      ...task,
      modelType: 'pooled',
      times: 50,
      classPrefix: 'class',
      ending: 'return',
    });
    await service.program.hear('blocked');
    const pooled = { model_type: 'pooled', status: 'success' };
    const blocked = await eventually(async () => {
      const told = await service.scrape();
      return told.value(REQUESTS, pooled) === 50 && told.value('nodejs_eventloop_blocked_seconds') !== 0
        ? told
        : undefined;
    });
    expect(blocked.value('inference_latency_seconds_count', { model_type: 'pooled' })).to.equal(50);
    await done;
    const after = await scrapeWithSeries(service, before + NEW_SERIES_OF_MAIN);
    expect(after.value(REQUESTS, pooled)).to.equal(50);
    expect(after.sum('prediction_distribution_total', { model_type: 'pooled' })).to.equal(50);
  });

  it('keep their counts when the observer starts anew', async () => {
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    await service.metricsUrl();
    const thread = await service.tell('startThread', script, task);
    await service.tell('runThreads', script, [{ ...task, ending: 'return' }]);
    await service.tell('sabotage', 'crash');
    const after = await eventually(async () => {
      const told = await service.scrape();
      return told.value('inferometer_observer_restarts_total') === 1 ? told : undefined;
    });
    expect(after.value(REQUESTS, DOCUMENT)).to.equal(20);
    await service.tell('endThread', thread, 'return');
    expect((await service.scrape()).value(REQUESTS, DOCUMENT)).to.equal(20);
  });
});

function endingTask(ending: ThreadEnd): ThreadTask {
  return { modelType: 'document', times: 10, latencyMs: 0.1, ending };
}

/** What the main thread may tell for the first time meanwhile; the threads of a test have many more series together. */
const NEW_SERIES_OF_MAIN = 30;

async function seriesCount(service: ObservedService): Promise<number> {
  return (await service.scrape()).value('inferometer_series') ?? 0;
}

async function scrapeWithSeries(service: ObservedService, atMost: number): Promise<Scrape> {
  return await eventually(async () => {
    const told = await service.scrape();
    expect(told.value('inferometer_series')).to.be.at.most(atMost);
    return told;
  });
}

/** @returns the values of this scrape, for the next comparison */
function expectNoneFell(before: ReadonlyMap<string, number>, told: Scrape): Map<string, number> {
  const values = new Map<string, number>();
  for (const family of told.families.values()) {
    if (family.type === 'counter' || family.type === 'histogram') {
      for (const { name, labels, value } of family.samples) {
        values.set(`${name} ${JSON.stringify(labels)}`, value);
      }
    }
  }
  for (const [series, value] of before) {
    expect(values.get(series), series).to.be.at.least(value);
  }
  return values;
}

/** Numbers from 0 to 1; the constants are those of Numerical Recipes' generator. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
