import { expect } from 'chai';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { SABOTAGE_FLAGS, startService } from '../../support/observed-service.ts';
import { type OtlpReceiver, pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';

const SUCCESS = { model_type: 'document', status: 'success' };
const DOCUMENT = { model_type: 'document' };

describe('Prometheus and OTLP at the same time', () => {
  let collector: OtlpReceiver;

  beforeEach(async () => {
    collector = await startOtlpReceiver();
  });

  afterEach(async () => {
    await endPrograms();
    await collector.close();
  });

  it('tell the same counts, sums and instruments', async () => {
    const service = startService({ otlp: { url: collector.url } });
    await service.tell('record', 7, { latencyMs: 0.1, predictedClass: 'sports' });
    await service.tell('countJobs', 3);
    await service.metricsUrl();
    await service.tell('flush');
    const pushed = collector.requests.at(-1);
    const scraped = await service.scrape();
    expect(pointOf(pushed, 'inference.requests', SUCCESS).value).to.equal(7);
    expect(scraped.value('inference_requests_total', SUCCESS)).to.equal(7);
    const latency = pointOf(pushed, 'inference.latency', DOCUMENT);
    expect(latency.count).to.equal(7);
    expect(scraped.value('inference_latency_seconds_count', DOCUMENT)).to.equal(7);
    expect(scraped.value('inference_latency_seconds_sum', DOCUMENT)).to.equal(latency.sum);
    expect(pointOf(pushed, 'app.jobs').value).to.equal(3);
    expect(scraped.value('app_jobs_total')).to.equal(3);
  });

  it('share one resource', async () => {
    const service = startService({ serviceName: 'two-readers', otlp: { url: collector.url } });
    await service.metricsUrl();
    await service.tell('flush');
    const { resource } = collector.requests.at(-1) ?? {};
    const [target] = (await service.scrape()).families.get('target_info')?.samples ?? [];
    expect(resource?.['service.name']).to.equal('two-readers');
    expect(target?.labels['service_instance_id']).to.equal(resource?.['service.instance.id']);
  });

  for (const temporality of ['cumulative', 'delta'] as const) {
    it(`push each count once over OTLP (${temporality}), also where the observer starts anew in between`, async () => {
      const service = startService({ otlp: { url: collector.url, temporality } }, { flags: SABOTAGE_FLAGS });
      await service.metricsUrl();
      await service.tell('record', 5);
      await service.tell('flush');
      await service.tell('terminateThreads');
      await eventually(async () => {
        const told = await service.scrape();
        return told.value('inferometer_observer_restarts_total') === 1 ? told : undefined;
      });
      await service.tell('flush');
      await service.tell('record', 2);
      await service.tell('flush');
      const pushed = collector.requests
        .filter(({ metrics }) => metrics.some(({ name }) => name === 'inference.requests'))
        .map((request) => pointOf(request, 'inference.requests', SUCCESS).value);
      expect(pushed).to.deep.equal(temporality === 'delta' ? [5, 2] : [5, 5, 7]);
      expect((await service.scrape()).value('inference_requests_total', SUCCESS)).to.equal(7);
    });
  }

  it('have one observer when observability is started a second time, which is warned about', async () => {
    const service = startService({ otlp: { url: collector.url } });
    await service.metricsUrl();
    expect(await service.tell('initAgain')).to.equal(true);
    expect(await service.tell('threads')).to.deep.equal({ started: 1, running: 1 });
    expect(service.program.errors).to.match(/^inferometer: initObservability\(\) was called before; .+\n$/);
  });
});

describe('OTEL_SDK_DISABLED=true', () => {
  afterEach(endPrograms);

  it('makes everything a no-op without a thread or a port', async () => {
    const service = startService({}, { environment: { OTEL_SDK_DISABLED: 'true' } });
    await service.tell('record', 3);
    await service.tell('countJobs', 3);
    await service.tell('switchResources', 'stop');
    expect(await service.program.hear('metricsUrl')).to.equal(null);
    expect(await service.tell('metricsText')).to.equal('');
    await service.tell('flush');
    expect(await service.tell('threads')).to.deep.equal({ started: 0, running: 0 });
    await service.tell('shutdown');
    expect(await service.tell('initAgain')).to.equal(false);
    service.program.endInput();
    expect(await service.program.ended).to.include({ code: 0, errors: '' });
  });
});
