import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { startService } from '../../support/observed-service.ts';
import { pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { scrape } from '../../support/scrape.ts';

const SUCCESS = { model_type: 'document', status: 'success' };

describe('A port that is taken', () => {
  let holder: Server;
  let port: number;

  beforeEach(async () => {
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    ({ port } = holder.address() as AddressInfo);
  });

  afterEach(async () => {
    await endPrograms();
    holder.close();
  });

  for (const observer of ['thread', 'inline'] as const) {
    it(`rejects ready with the address and what to do, and ends nothing, with the observer ${observer}`, async () => {
      const service = startService({ observer, prometheus: { host: '127.0.0.1', port } });
      const { code, message } = await service.program.hear<{ code: string; message: string }>('refused');
      expect(code).to.equal('PORT_IN_USE');
      expect(message).to.contain(`127.0.0.1:${port}`).and.contain('options.prometheus.port');
      await service.tell('record', 1);
      service.program.endInput();
      const { code: exitCode, errors } = await service.program.ended;
      expect(exitCode).to.equal(0);
      expect(errors).to.equal(`inferometer: ${message}\n`);
    });
  }

  it('keeps nothing from being pushed', async () => {
    const collector = await startOtlpReceiver();
    const service = startService({ prometheus: { host: '127.0.0.1', port }, otlp: { url: collector.url } });
    await service.program.hear('refused');
    await service.tell('record', 3);
    await service.tell('flush');
    expect(pointOf(collector.requests.at(-1), 'inference.requests', SUCCESS).value).to.equal(3);
    await collector.close();
  });

  it('leaves the application its own text of the metrics', async () => {
    const service = startService({ prometheus: { host: '127.0.0.1', port } });
    await service.program.hear('refused');
    await service.tell('record', 3);
    const text = await service.tell('metricsText');
    expect(text).to.contain('inference_requests_total{model_type="document",status="success"} 3\n');
  });
});

describe('A port that is free again', () => {
  afterEach(endPrograms);

  it('answers within seconds, with what was recorded meanwhile, and says so where the trouble was told', async function () {
    this.slow(12_000);
    await Promise.all((['thread', 'inline'] as const).map(answersAgain));
  });

  async function answersAgain(observer: 'thread' | 'inline'): Promise<void> {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const service = startService(
      { observer, prometheus: { host: '127.0.0.1', port } },
      { environment: { OTEL_LOG_LEVEL: 'error' } },
    );
    const { message } = await service.program.hear<{ message: string }>('refused');
    await service.tell('record', 3);
    holder.close();
    const metricsUrl = `http://127.0.0.1:${port}/metrics`;
    const told = await eventually(() => scrape(metricsUrl));
    expect(told.value('inference_requests_total', SUCCESS)).to.equal(3);
    service.program.endInput();
    expect((await service.program.ended).errors).to.equal(
      `inferometer: ${message}\ninferometer: metrics are served on ${metricsUrl} now.\n`,
    );
  }
});

describe('Port 0', () => {
  afterEach(endPrograms);

  it('is a free port of its own for each service', async () => {
    const services = [startService(), startService()];
    const [first, second] = await Promise.all(services.map((service) => service.metricsUrl()));
    expect(first).to.not.equal(second);
    await services[0]?.tell('record', 1);
    await services[1]?.tell('record', 2);
    const told = await Promise.all(services.map((service) => service.scrape()));
    expect(told.map((one) => one.value('inference_requests_total', SUCCESS))).to.deep.equal([1, 2]);
  });
});
