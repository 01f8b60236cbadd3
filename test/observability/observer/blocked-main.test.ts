import { expect } from 'chai';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { httpRequest } from '../../support/http-request.ts';
import { startService, type ObservedService } from '../../support/observed-service.ts';
import { scrape, type Scrape } from '../../support/scrape.ts';

const BLOCK_MS = 1500;

describe('A main thread that is blocked', () => {
  afterEach(endPrograms);

  it('is scraped all the while, with what it counts meanwhile and what its own instruments last told', async () => {
    const service = startService({ prometheus: { host: '127.0.0.1', port: 0, livenessLimitMs: 1000 } });
    const metricsUrl = await service.metricsUrl();
    await service.tell('countJobs', 7);
    await service.scrape();

    const blocked = startBlock(service);
    await service.program.hear('blocked');
    const scrapes: { readonly wallMs: number; readonly told: Scrape }[] = [];
    let livenessStatus = 200;
    let healthStatus = 0;
    while (!blocked.isOver()) {
      const startMs = performance.now();
      const told = await scrape(metricsUrl);
      scrapes.push({ wallMs: performance.now() - startMs, told });
      healthStatus = (await httpRequest(new URL('/healthz', metricsUrl).href)).status;
      livenessStatus = Math.max(livenessStatus, (await httpRequest(new URL('/livez', metricsUrl).href)).status);
    }
    const records = await blocked.records;

    expect(scrapes.length).to.be.above(5);
    const of = (name: string, labels = {}): number[] => scrapes.map(({ told }) => told.value(name, labels) ?? 0);
    expect(Math.max(...scrapes.map(({ wallMs }) => wallMs))).to.be.below(250);
    expectToRise(of('inference_requests_total', { model_type: 'blocked', status: 'success' }));
    expect(Math.max(...of('nodejs_eventloop_blocked_seconds'))).to.be.within(0.5, 2);
    expect(new Set(of('app_jobs_total'))).to.deep.equal(new Set([7]));
    expect(Math.max(...of('inferometer_bridge_age_seconds'))).to.be.above(0.5);
    expect(healthStatus).to.equal(200);
    expect(livenessStatus).to.equal(503);

    const after = await eventually(async () => {
      const told = await scrape(metricsUrl);
      expect(told.value('nodejs_eventloop_blocked_seconds')).to.equal(0);
      expect(told.value('inferometer_bridge_age_seconds')).to.be.below(0.5);
      return told;
    });
    expect(after.value('inference_requests_total', { model_type: 'blocked', status: 'success' })).to.equal(records);
    expect((await httpRequest(new URL('/livez', metricsUrl).href)).status).to.equal(200);
  });
});

/** Blocks the service until its answer comes. */
function startBlock(service: ObservedService): { readonly records: Promise<number>; isOver(): boolean } {
  let over = false;
  const records = service.tell('block', BLOCK_MS).finally(() => {
    over = true;
  });
  return { records, isOver: () => over };
}

function expectToRise(values: readonly number[]): void {
  for (const [place, value] of values.entries()) {
    expect(value).to.be.at.least(values[place - 1] ?? 0);
  }
  expect(values.at(-1)).to.be.above(values[0] ?? 0);
}
