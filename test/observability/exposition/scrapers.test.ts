import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text as readText } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import {
  InferometerPrometheusExporter,
  type ScrapeReport,
} from '../../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { gaugeData, resourceMetrics } from '../../support/metric-data.ts';
import { PROTOBUF, readMetricFamilies } from '../../support/metric-families.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';

/** Several megabytes: more than sockets and streams hold by themselves. */
const SERIES = 60_000;

describe('scrapers', function () {
  this.timeout(30_000);
  let server: Server;
  let provider: MeterProvider;
  let url: string;
  let series = SERIES;
  let collections = 0;
  let reports: ScrapeReport[] = [];

  /** Every series has the number of the collection as its value. */
  const numbered: MetricProducer = {
    collect: () => {
      collections += 1;
      const points = Array.from({ length: series }, (_, place) => [{ id: `series-${place}` }, collections] as const);
      return Promise.resolve({ resourceMetrics: resourceMetrics([[gaugeData('x', points)]]), errors: [] });
    },
  };

  beforeEach(async () => {
    series = SERIES;
    collections = 0;
    reports = [];
    const exporter = new InferometerPrometheusExporter({
      metricProducers: [numbered],
      onScrape: (report) => reports.push(report),
    });
    provider = new MeterProvider({ readers: [exporter] });
    server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await provider.shutdown();
  });

  async function scrape(headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    const [response] = (await once(get(url, { agent: false, headers }), 'response')) as [IncomingMessage];
    return response;
  }

  function valuesIn(body: string): Set<number> {
    const { samples } = parsePrometheusText(body).get('x')!;
    expect(samples).to.have.length(series);
    return new Set(samples.map(({ value }) => value));
  }

  it('that read slowly get the body of their time, whatever others scrape meanwhile', async () => {
    const slow = await scrape();
    slow.pause();
    for (let turn = 2; turn <= 4; turn++) {
      expect([...valuesIn(await readText(await scrape()))]).to.deep.equal([turn]);
    }
    expect([...valuesIn(await readText(slow))]).to.deep.equal([1]);
  });

  it('that leave in the middle take nothing with them', async () => {
    for (let turn = 1; turn <= 3; turn++) {
      const leaving = await scrape({ 'accept-encoding': 'gzip' });
      leaving.on('error', () => undefined);
      leaving.destroy();
      expect([...valuesIn(await readText(await scrape()))]).to.deep.equal([2 * turn]);
    }
  });

  it('that come at once and want different things each get theirs whole', async () => {
    const openMetrics = { accept: 'application/openmetrics-text;version=1.0.0' };
    const protobuf = { accept: PROTOBUF };
    const [plain, compressed, open, openCompressed, messages, messagesCompressed] = await Promise.all([
      scrape(),
      scrape({ 'accept-encoding': 'gzip' }),
      scrape(openMetrics),
      scrape({ ...openMetrics, 'accept-encoding': 'gzip' }),
      scrape(protobuf),
      scrape({ ...protobuf, 'accept-encoding': 'gzip' }),
    ]);
    expect(compressed.headers['content-encoding']).to.equal('gzip');
    expect(plain.headers).not.to.have.property('content-encoding');
    expect(open.headers['content-type']).to.equal('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const bodies = await Promise.all([
      readText(plain),
      buffer(compressed).then((bytes) => gunzipSync(bytes).toString()),
      readText(open),
      buffer(openCompressed).then((bytes) => gunzipSync(bytes).toString()),
    ]);
    for (const body of bodies) {
      expect(valuesIn(body.replace('# TYPE target info', '# TYPE target gauge')).size).to.equal(1);
    }
    expect(bodies[0]).to.equal(bodies[1]);
    expect(bodies[2]).to.equal(bodies[3]);
    expect(bodies[2]).to.match(/\n# EOF\n$/);
    expect(messages.headers['content-type']).to.equal(
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    );
    const [bytes, compressedBytes] = await Promise.all([buffer(messages), buffer(messagesCompressed)]);
    expect(messagesCompressed.headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(compressedBytes).equals(bytes)).to.equal(true);
    const [, family] = readMetricFamilies(bytes);
    expect(family?.metric).to.have.length(series);
    expect(new Set(family?.metric.map(({ gauge }) => gauge?.value)).size).to.equal(1);
    expect(collections).to.equal(3);
  });

  it('are told in a report how long it took and how much it was', async () => {
    // And target_info.
    series = 10;
    const body = await readText(await scrape());
    expect(reports).to.have.length(1);
    expect(reports[0]).to.include({ bodyBytes: Buffer.byteLength(body), seriesCount: 11 });
    expect(reports[0]?.durationMs).to.be.within(0, 10_000);
  });

  it('get small bodies as they are, unless they refuse them so', async () => {
    series = 3;
    expect((await scrape({ 'accept-encoding': 'gzip' })).headers).not.to.have.property('content-encoding');
    const insisting = await scrape({ 'accept-encoding': 'gzip, identity;q=0' });
    expect(insisting.headers['content-encoding']).to.equal('gzip');
    expect(valuesIn(gunzipSync(await buffer(insisting)).toString()).size).to.equal(1);
  });

  describe('that do not read what they asked for', () => {
    const clock = createManualClock();
    let largeProvider: MeterProvider;
    // More than the system keeps of what is sent and not read.
    const attributes = { text: 'x'.repeat(12 * 1024 * 1024) };

    beforeEach(() => {
      const large: MetricProducer = {
        collect: () => {
          collections += 1;
          const metrics = [gaugeData('x', [[attributes, collections]])];
          return Promise.resolve({ resourceMetrics: resourceMetrics([metrics]), errors: [] });
        },
      };
      const exporter = new InferometerPrometheusExporter({ metricProducers: [large], clock, targetInfo: false });
      largeProvider = new MeterProvider({ readers: [exporter] });
      server.removeAllListeners('request');
      server.on('request', (request, response) => exporter.getMetricsRequestHandler(request, response));
    });

    afterEach(() => largeProvider.shutdown());

    async function valueOf(response: IncomingMessage): Promise<number> {
      return Number(/} (\d+)\n(# EOF\n)?$/.exec(await readText(response))?.[1]);
    }

    it('hold sixteen bodies at most; who comes then is told so, and never gets a body older than the last', async () => {
      const holders: IncomingMessage[] = [];
      for (let place = 1; place <= 15; place++) {
        holders.push((await scrape()).pause().on('error', () => undefined));
      }
      expect(await valueOf(await scrape())).to.equal(16);
      holders.push((await scrape()).pause().on('error', () => undefined));
      const refused = await scrape();
      expect(refused.statusCode).to.equal(503);
      expect(refused.headers['retry-after']).to.equal('2');
      expect(await readText(refused)).to.equal('Readers hold too many bodies already; try again in a moment.\n');
      expect(collections).to.equal(17);
      expect(await valueOf(holders[1]!)).to.equal(2);
      expect(await valueOf(await scrape())).to.equal(18);
    });

    it('are cut off for others when they had time enough, the first of them first', async () => {
      const holders: IncomingMessage[] = [];
      for (let place = 1; place <= 16; place++) {
        holders.push((await scrape()).pause().on('error', () => undefined));
        clock.advance(100);
      }
      clock.advance(399);
      expect((await scrape()).resume().statusCode).to.equal(503);
      clock.advance(1);
      expect(await valueOf(await scrape())).to.equal(17);
      expect(await valueOf(holders[0]!).catch((error: unknown) => error)).to.include({ code: 'ECONNRESET' });
      expect(await valueOf(holders[1]!)).to.equal(2);
    });
  });
});
