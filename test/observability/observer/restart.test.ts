import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { SABOTAGE_FLAGS, startService, type ObservedService } from '../../support/observed-service.ts';
import type { Scrape } from '../../support/scrape.ts';

const SUCCESS = { model_type: 'document', status: 'success' };

describe("An observer's thread that ends", () => {
  afterEach(endPrograms);

  for (const [what, end] of [
    ['throws an error that nobody catches', (service: ObservedService) => service.tell('sabotage', 'crash')],
    ['exits', (service: ObservedService) => service.tell('sabotage', 'exit')],
    ['is terminated from outside', (service: ObservedService) => service.tell('terminateThreads')],
  ] as const) {
    it(`is started anew on the same port with all counts when it ${what}`, async () => {
      const service = startService({}, { flags: SABOTAGE_FLAGS });
      await service.metricsUrl();
      await service.tell('record', 5);
      await service.tell('countJobs', 3);
      const before = await service.scrape();
      expect(before.value('inference_requests_total', SUCCESS)).to.equal(5);
      expect(before.value('inferometer_observer_restarts_total')).to.equal(0);

      await end(service);
      await service.tell('record', 2);
      const after = await scrapeAfterRestart(service, 1);
      expect(after.value('inference_requests_total', SUCCESS)).to.equal(7);
      expect(after.value('app_jobs_total')).to.equal(3);
      expect(service.program.errors).to.match(
        /^inferometer: the observer thread ended \(.+\); it starts anew in 100 ms\.\n$/,
      );
      expect(await service.tell('threads')).to.deep.equal({ started: 2, running: 1 });
    });
  }

  it('rejects ready when it cannot even start, and the service goes on', async () => {
    const service = startService(
      { otlp: true },
      {
        flags: [...SABOTAGE_FLAGS, '--unhandled-rejections=none'],
        environment: { SABOTAGE_MISSING_PACKAGE: '@opentelemetry/exporter-metrics-otlp-proto' },
      },
    );
    const { code, message } = await service.program.hear<{ code: string; message: string }>('refused');
    expect(code).to.equal('OBSERVER_FAILED');
    expect(message).to.contain('exporter-metrics-otlp-proto is missing');
    await service.tell('record', 1);
    service.program.endInput();
    expect((await service.program.ended).code).to.equal(0);
  });

  it('is replaced by an inline one, with one warning, when its packages cannot be loaded in a thread', async () => {
    const service = startService(
      {},
      { flags: SABOTAGE_FLAGS, environment: { SABOTAGE_MISSING_PACKAGE: '@opentelemetry/sdk-metrics' } },
    );
    await service.tell('record', 5);
    expect((await service.scrape()).value('inference_requests_total', SUCCESS)).to.equal(5);
    expect(service.program.errors).to.match(
      /^inferometer: the observer thread cannot be started \(.+sdk-metrics is missing\)\. .+\n$/,
    );
  });

  it('is ended and started anew when it hangs', async () => {
    const service = startService(
      {},
      { flags: SABOTAGE_FLAGS, internals: { hangLimits: { hangsAfterMs: 1500, checkIntervalMs: 50 } } },
    );
    await service.metricsUrl();
    await service.tell('record', 5);
    await service.tell('sabotage', 'hang');
    await service.program.complain(/the observer thread ended \(no sign of life for 1500 ms\)/);
    await service.tell('record', 2);
    const after = await scrapeAfterRestart(service, 1);
    expect(after.value('inference_requests_total', SUCCESS)).to.equal(7);
  });

  it('is waited for a little longer each time', async () => {
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    for (const [restarts, pauseMs] of [100, 200, 400].entries()) {
      await scrapeAfterRestart(service, restarts);
      await service.tell('sabotage', 'crash');
      await service.program.complain(new RegExp(`it starts anew in ${pauseMs} ms`));
    }
    await scrapeAfterRestart(service, 3);
  });

  it('says so when somebody else has taken its port meanwhile', async () => {
    const service = startService();
    const port = Number(new URL(await service.metricsUrl()).port);
    await service.tell('terminateThreads');
    const holder = await eventually(() => listenOn(port));
    await service.program.complain(new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port} because that port is in use`));
    await service.tell('record', 1);
    expect(await service.tell('metricsText')).to.contain('inference_requests_total');
    holder.close();
  });

  it('loses nothing of what only it has counted', async () => {
    const nobody = await closedPort();
    const service = startService(
      { otlp: { url: `http://127.0.0.1:${nobody}`, intervalMs: 100 } },
      { flags: SABOTAGE_FLAGS },
    );
    const failures = (told: Scrape): number =>
      told.value('inferometer_export_failures_total', { exporter: 'otlp' }) ?? 0;
    const scrapeAfterFailures = (atLeast: number): Promise<Scrape> =>
      eventually(async () => {
        const told = await service.scrape();
        expect(failures(told)).to.be.at.least(atLeast);
        return told;
      });
    const before = failures(await scrapeAfterFailures(3));
    await service.tell('sabotage', 'crash');
    const after = failures(await scrapeAfterRestart(service, 1));
    expect(after).to.be.at.least(before);
    await scrapeAfterFailures(after + 1);
  });

  it('still samples no resources when they were stopped before', async () => {
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    await eventually(async () => (await service.scrape()).value('memory_used_bytes'));
    await service.tell('switchResources', 'stop');
    await eventually(async () => (await service.scrape()).value('memory_used_bytes') === undefined || undefined);
    await service.tell('sabotage', 'crash');
    await scrapeAfterRestart(service, 1);
    await eventually(async () => (await service.scrape()).value('memory_used_bytes') === undefined || undefined);
  });

  it('is started anew when its heap fills up, before the process dies of it', async () => {
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    await service.metricsUrl();
    await service.tell('record', 5);
    await service.tell('sabotage', 'leak');
    const after = await scrapeAfterRestart(service, 1);
    expect(after.value('inference_requests_total', SUCCESS)).to.equal(5);
    expect(after.value('inferometer_observer_heap_used_bytes')).to.be.below(100e6);
    expect(service.program.errors, service.program.errors).to.match(
      /the observer uses \d+ of \d+ bytes of heap and starts anew\.\n/,
    );
  });
});

async function listenOn(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = await listenOn(0);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function scrapeAfterRestart(service: ObservedService, restarts: number): Promise<Scrape> {
  return await eventually(async () => {
    const told = await service.scrape();
    return told.value('inferometer_observer_restarts_total') === restarts ? told : undefined;
  });
}
