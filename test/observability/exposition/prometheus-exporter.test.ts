import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  InferometerPrometheusExporter,
  type InferometerPrometheusExporterOptions,
} from '../../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { captureDiag, type CapturedDiag } from '../../support/captured-diag.ts';
import { httpRequest } from '../../support/http-request.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { gaugeData, resourceMetrics } from '../../support/metric-data.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';

function producerOf(collect: () => ReturnType<MetricProducer['collect']>): MetricProducer {
  return { collect };
}

const goodProducer = producerOf(() =>
  Promise.resolve({ resourceMetrics: resourceMetrics([[gaugeData('from.producer', [[{}, 7]])]]), errors: [] }),
);

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

describe('the Prometheus exporter', () => {
  let diag: CapturedDiag;
  let server: Server;
  let exporter: InferometerPrometheusExporter;
  let provider: MeterProvider;
  let url: string;

  beforeEach(() => {
    diag = captureDiag();
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await provider.shutdown();
    diag.release();
  });

  async function start(options: InferometerPrometheusExporterOptions = {}): Promise<void> {
    exporter = new InferometerPrometheusExporter(options);
    provider = new MeterProvider({
      readers: [exporter],
      resource: resourceFromAttributes({ 'service.name': 'multimodal-api' }),
      views: [{ instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
    });
    server = createServer((incoming, response) => {
      exporter.getMetricsRequestHandler(incoming, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  }

  it('serves what the instruments of the SDK and further producers tell', async () => {
    await start({ metricProducers: [goodProducer] });
    const meter = provider.getMeter('test');
    meter.createCounter('inference.requests').add(2, { model_type: 'document', status: 'success' });
    meter
      .createHistogram('inference.latency', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1] } })
      .record(0.5);
    meter.createHistogram('exponential').record(3);
    meter.createUpDownCounter('in.flight').add(-1);
    meter.createObservableGauge('cpu.utilization', { unit: '%' }).addCallback((result) => {
      result.observe(45.2);
    });
    // The same instrument in another scope belongs to the same family.
    provider.getMeter('other').createCounter('inference.requests').add(3, { model_type: 'image', status: 'error' });

    const { status, headers, body } = await httpRequest(url);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['content-length']).to.equal(String(Buffer.byteLength(body)));
    const families = parsePrometheusText(body);
    expect(families.get('inference_requests_total')?.samples).to.have.deep.members([
      { name: 'inference_requests_total', labels: { model_type: 'document', status: 'success' }, value: 2 },
      { name: 'inference_requests_total', labels: { model_type: 'image', status: 'error' }, value: 3 },
    ]);
    expect(families.get('inference_latency_seconds')?.samples.map(({ value }) => value)).to.deep.equal([
      0, 1, 1, 0.5, 1,
    ]);
    expect(families.get('exponential')?.type).to.equal('histogram');
    expect(families.get('in_flight')?.samples[0]?.value).to.equal(-1);
    expect(families.get('cpu_utilization_percent')?.samples[0]?.value).to.equal(45.2);
    expect(families.get('from_producer')?.samples[0]?.value).to.equal(7);
    expect(families.get('target_info')?.samples[0]?.labels).to.deep.equal({ service_name: 'multimodal-api' });
    expect(await exporter.collectText()).to.equal(body);
    expect(diag.messages).to.deep.equal([]);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    await start({ metricProducers: [goodProducer] });
    const get = await httpRequest(url);
    const head = await httpRequest(url, { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(head.body).to.equal('');
    expect(head.headers['content-length']).to.equal(get.headers['content-length']);
    expect(head.headers['content-type']).to.equal(get.headers['content-type']);
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    it(`answers ${method} with 405 and what is allowed`, async () => {
      await start();
      const { status, headers } = await httpRequest(url, { method });
      expect(status).to.equal(405);
      expect(headers.allow).to.equal('GET, HEAD');
    });
  }

  it('answers 500 with one sentence when the collection fails', async () => {
    await start();
    exporter.collect = () => Promise.reject(new Error('secret detail\n    at somewhere.ts:1'));
    const { status, body, headers } = await httpRequest(url);
    expect(status).to.equal(500);
    expect(headers['content-type']).to.equal('text/plain; charset=utf-8');
    expect(body).to.equal('The metrics could not be collected; the log says why.\n');
    expect(diag.messages.join()).to.contain('secret detail');
  });

  it('answers 500 after the deadline when the collection never ends, and works again when it does', async () => {
    const clock = createManualClock();
    await start({ clock, collectTimeoutMs: 5000 });
    const collect = exporter.collect.bind(exporter);
    const started = Promise.withResolvers<void>();
    exporter.collect = () => {
      started.resolve();
      return never();
    };
    const answer = httpRequest(url);
    await started.promise;
    clock.advance(5000);
    expect(await answer).to.include({
      status: 500,
      body: 'The metrics could not be collected: the collection did not finish within 5000 ms.\n',
    });
    expect(diag.messages).to.have.length(1);

    exporter.collect = collect;
    expect((await httpRequest(url)).status).to.equal(200);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('loses the metrics of a producer that fails and no others', async () => {
    const broken = producerOf(() => Promise.reject(new Error('gone')));
    await start({ metricProducers: [broken, goodProducer] });
    const { status, body } = await httpRequest(url);
    expect(status).to.equal(200);
    expect(parsePrometheusText(body).get('from_producer')?.samples).to.have.length(1);
    await httpRequest(url);
    expect(diag.messages).to.deep.equal(['inferometer: the metrics of producer 1 (Object) are missing: gone']);
  });

  it('loses the metrics of a producer that hangs and no others', async () => {
    const clock = createManualClock();
    const asked = Promise.withResolvers<void>();
    const hung = producerOf(() => {
      asked.resolve();
      return never();
    });
    await start({ clock, metricProducers: [hung, goodProducer], collectTimeoutMs: 5000 });
    const answer = httpRequest(url);
    await asked.promise;
    // What is ready has been told by now.
    await new Promise(setImmediate);
    clock.advance(2500);
    const { status, body } = await answer;
    expect(status).to.equal(200);
    expect(parsePrometheusText(body).get('from_producer')?.samples).to.have.length(1);
    // The next scrape does not wait for it at all.
    expect((await httpRequest(url)).status).to.equal(200);
    expect(diag.messages).to.have.length(1);
  });

  it('loses the metrics of an observable callback that hangs and no others', async () => {
    // The SDK sets this timer itself, so the deadline is a real one, and short.
    await start({ metricProducers: [goodProducer], collectTimeoutMs: 100 });
    const meter = provider.getMeter('test');
    meter.createObservableGauge('hung').addCallback(() => never());
    meter.createCounter('requests').add(1);
    const { status, body } = await httpRequest(url);
    expect(status).to.equal(200);
    expect([...parsePrometheusText(body).keys()]).to.deep.equal(['target_info', 'requests_total', 'from_producer']);
    expect(diag.messages).to.deep.equal(['inferometer: an instrument could not be collected: Operation timed out.']);
  });

  it('collects once for scrapes that come while a collection runs', async () => {
    const collections: (() => void)[] = [];
    const slow = producerOf(() => {
      const { promise, resolve } = Promise.withResolvers<void>();
      collections.push(resolve);
      return promise.then(() => goodProducer.collect());
    });
    await start({ metricProducers: [slow] });
    let requests = 0;
    const allArrived = Promise.withResolvers<void>();
    server.on('request', () => {
      requests += 1;
      if (requests === 3) {
        allArrived.resolve();
      }
    });
    const answers = [httpRequest(url), httpRequest(url), httpRequest(url, { method: 'HEAD' })];
    await allArrived.promise;
    expect(collections).to.have.length(1);
    collections[0]?.();
    expect((await Promise.all(answers)).map(({ status }) => status)).to.deep.equal([200, 200, 200]);
  });

  it('survives a scraper that leaves before its answer', async () => {
    const finish = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const slow = producerOf(() => {
      asked.resolve();
      return finish.promise.then(() => goodProducer.collect());
    });
    await start({ metricProducers: [slow] });
    const gone = once(server, 'request').then(([, response]) => once(response, 'close'));
    const client = request(url, { agent: false });
    client.on('error', () => undefined);
    client.end();
    await asked.promise;
    client.destroy();
    await gone;
    finish.resolve();
    expect((await httpRequest(url)).status).to.equal(200);
    expect(diag.messages).to.deep.equal([]);
  });

  it('tells in the log what it leaves out, once a minute', async () => {
    const clock = createManualClock();
    await start({ clock });
    provider.getMeter('a').createGauge('jobs').record(1);
    provider.getMeter('b').createCounter('jobs').add(1);
    provider.getMeter('c').createHistogram('jobs').record(1);
    await httpRequest(url);
    await httpRequest(url);
    expect(diag.messages).to.deep.equal([
      'inferometer: metrics for Prometheus: the metric "jobs" of scope "c" is left out: jobs is a gauge already, and it is a histogram',
    ]);
    clock.advance(60_000);
    await httpRequest(url);
    expect(diag.messages).to.have.length(2);
  });

  it('shuts down without a word, and answers 500 from then on', async () => {
    await start();
    await provider.shutdown();
    expect(diag.messages).to.deep.equal([]);
    expect((await httpRequest(url)).status).to.equal(500);
  });
});
