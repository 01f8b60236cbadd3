import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import type { Scrape } from '../../support/scrape.ts';
import { asEver, useDriftingServices } from './drifting-service.ts';

const MODEL = { model_type: 'document' };

function counted(scrape: Scrape, signal: string): number {
  return scrape.sum('drift_live_count_total', { ...MODEL, signal });
}

async function runThread(times: number): Promise<void> {
  const script = new URL('fixtures/predicting-thread.ts', import.meta.url);
  const thread = new Worker(script, { workerData: { times } });
  const [code] = (await once(thread, 'exit')) as [number];
  expect(code).to.equal(0);
}

describe('Drift of what worker threads predict', () => {
  const start = useDriftingServices();

  for (const observer of ['thread', 'inline'] as const) {
    it(`is counted from their first prediction on, and stays when they end (observer ${observer})`, async () => {
      const service = await start({ observer });
      service.record(asEver(1));
      await Promise.all([runThread(300), runThread(200)]);
      const scrape = await eventually(async () => {
        const now = await service.scrape();
        return counted(now, 'class') === 600 ? now : undefined;
      });
      expect(counted(scrape, 'confidence')).to.equal(600);
      expect(counted(scrape, 'feature:text_length')).to.equal(600);
    });
  }

  it('may be what a reference is learned of, which all threads count by then', async () => {
    const service = await start({ models: { document: { reference: { warmUp: { samples: 200 } } } } });
    await eventually(async () =>
      (await service.scrape()).value('drift_reference_loaded', MODEL) === 0 ? true : undefined,
    );
    await runThread(200);
    const learned = await eventually(async () => {
      const now = await service.scrape();
      return now.value('drift_reference_warmup', MODEL) === 1 ? now : undefined;
    });
    expect(learned.value('drift_reference_loaded', MODEL)).to.equal(1);
    const before = counted(learned, 'class');
    service.record(asEver(1));
    await runThread(50);
    await eventually(async () => (counted(await service.scrape(), 'class') === before + 150 ? true : undefined));
    expect(service.alerts).to.deep.equal([]);
  });
});
