import { readFileSync } from 'node:fs';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { systemClock } from '../../../packages/observability/src/observer/clock.ts';
import { createProblemLog, type ProblemLog } from '../../../packages/observability/src/observer/problem-log.ts';
import type { ResolvedOtlp } from '../../../packages/observability/src/options/resolved-options.ts';
import { captureDiag } from '../../support/captured-diag.ts';
import { counterData, histogram, histogramData, resourceMetrics } from '../../support/metric-data.ts';
import { metricOf, type OtlpReceiver, pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { FLUSH_MS, type ReaderUnderTest, startReader } from './reader-under-test.ts';

describe('OTLP reader', () => {
  let receiver: OtlpReceiver;
  const started: ReaderUnderTest[] = [];

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((reader) => reader.reader.shutdown({ timeoutMillis: 100 })));
    await receiver.close();
  });

  async function start(
    settings: Partial<ResolvedOtlp> = {},
    metricProducers: readonly MetricProducer[] = [],
    log?: ProblemLog,
  ): Promise<ReaderUnderTest> {
    const reader = await startReader({ url: `${receiver.url}/v1/metrics`, ...settings }, metricProducers, log);
    started.push(reader);
    return reader;
  }

  it('pushes protobuf to the path that it is given', async () => {
    const reader = await start({
      url: `${receiver.url}/otlp/metrics?tenant=a`,
      headers: { Authorization: 'Bearer key' },
    });
    reader.meter.createCounter('jobs', { unit: '{job}' }).add(3, { queue: 'fast' });

    expect(await reader.export()).to.deep.equal({ ok: true });
    const [request] = receiver.requests;
    expect(request?.path).to.equal('/otlp/metrics?tenant=a');
    expect(request?.headers).to.include({ 'content-type': 'application/x-protobuf', authorization: 'Bearer key' });
    expect(request?.headers['user-agent']).to.match(/^Inferometer\/\d+\.\d+\.\d+ OTel-OTLP-Exporter-JavaScript\//);
    expect(request?.resource).to.deep.equal({ 'service.name': 'test' });
    expect(metricOf(request, 'jobs')).to.include({ unit: '{job}', type: 'sum', isMonotonic: true, scope: 'test' });
    expect(pointOf(request, 'jobs', { queue: 'fast' }).value).to.equal(3);
  });

  it('sends totals again and again, cumulative', async () => {
    const reader = await start();
    const counter = reader.meter.createCounter('jobs');
    const times = reader.meter.createHistogram('time', { advice: { explicitBucketBoundaries: [1, 2] } });
    for (const value of [0.5, 1.5]) {
      counter.add(2);
      times.record(value);
      await reader.export();
    }

    expect(receiver.requests.map((request) => metricOf(request, 'jobs').temporality)).to.deep.equal([
      'cumulative',
      'cumulative',
    ]);
    expect(receiver.requests.map((request) => pointOf(request, 'jobs').value)).to.deep.equal([2, 4]);
    expect(pointOf(receiver.requests[1], 'time')).to.include({ count: 2, sum: 2, min: 0.5, max: 1.5 });
    expect(pointOf(receiver.requests[1], 'time').bucketCounts).to.deep.equal([1, 1, 0]);
  });

  for (const temporality of ['delta', 'lowmemory'] as const) {
    it(`sends what was added since the last time for ${temporality}, and leaves the rest cumulative`, async () => {
      const reader = await start({ temporality });
      const counter = reader.meter.createCounter('jobs');
      const open = reader.meter.createUpDownCounter('open');
      const level = reader.meter.createGauge('level');
      const times = reader.meter.createHistogram('time', { advice: { explicitBucketBoundaries: [1, 2] } });
      for (const value of [0.5, 1.5]) {
        counter.add(2);
        open.add(5);
        level.record(value);
        times.record(value);
        await reader.export();
      }

      const [, second] = receiver.requests;
      const temporalities = ['jobs', 'time', 'open', 'level'].map((name) => metricOf(second, name).temporality);
      expect(temporalities).to.deep.equal(['delta', 'delta', 'cumulative', undefined]);
      expect(pointOf(second, 'jobs').value).to.equal(2);
      expect(pointOf(second, 'open').value).to.equal(10);
      expect(pointOf(second, 'level').value).to.equal(1.5);
      expect(pointOf(second, 'time')).to.deep.include({ count: 1, sum: 1.5, bucketCounts: [0, 1, 0], bounds: [1, 2] });
      expect(pointOf(second, 'jobs').startTimeNano).to.equal(pointOf(receiver.requests[0], 'jobs').timeNano);
    });
  }

  it('sends the metrics of producers beside those of the provider', async () => {
    const counted = counterData('inference.requests', [[{ status: 'success' }, 7]]);
    const timed = histogramData('inference.latency', [[{}, histogram([0.1], [3, 4], 9)]], { unit: 's' });
    const reader = await start({ temporality: 'delta' }, [producerOf(resourceMetrics([[counted, timed]]))]);
    await reader.export();
    await reader.export();

    const [first, second] = receiver.requests;
    expect(pointOf(first, 'inference.requests', { status: 'success' }).value).to.equal(7);
    expect(pointOf(first, 'inference.latency')).to.deep.include({ count: 7, sum: 9, bucketCounts: [3, 4] });
    expect(pointOf(second, 'inference.requests', { status: 'success' }).value).to.equal(0);
    expect(pointOf(second, 'inference.latency')).to.deep.include({ count: 0, sum: 0, bucketCounts: [0, 0] });
  });

  it('loses nothing in delta while the collector refuses, hangs or is gone', async () => {
    const reader = await start({ temporality: 'delta', requestTimeoutMs: 300 });
    const counter = reader.meter.createCounter('jobs');
    const port = Number(new URL(receiver.url).port);
    const outcomes: (boolean | undefined)[] = [];
    const exportOne = async (): Promise<void> => {
      counter.add(1);
      outcomes.push((await reader.export())?.ok);
    };
    await exportOne();
    receiver.failNext(1, 503);
    await exportOne();
    await exportOne();
    receiver.hang();
    await exportOne();
    receiver.resume();
    await exportOne();
    const before = receiver.requests;
    await receiver.close();
    await exportOne();
    receiver = await startOtlpReceiver({ port });
    await exportOne();

    expect(outcomes).to.deep.equal([true, false, true, false, true, false, true]);
    const arrived = [...before, ...receiver.requests].map((request) => pointOf(request, 'jobs').value);
    expect(arrived).to.deep.equal([1, 2, 2, 2]);
  });

  it('compresses when it is asked to', async () => {
    const reader = await start({ compression: 'gzip' });
    reader.meter.createCounter('jobs').add(1);
    await reader.export();

    expect(receiver.requests[0]?.headers['content-encoding']).to.equal('gzip');
    expect(pointOf(receiver.requests[0], 'jobs').value).to.equal(1);
  });

  it('exports by itself at its interval', async () => {
    const reader = await start({ intervalMs: 100, exportTimeoutMs: 100, requestTimeoutMs: 100 });
    reader.meter.createCounter('jobs').add(1);

    await receiver.waitForRequests(3);
    expect(reader.reports).to.deep.include({ ok: true });
  });

  it('adds the headers of the variables, which those of code beat', async () => {
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-team=search,authorization=Bearer%20variable';
    try {
      const reader = await start({ headers: { Authorization: 'Bearer code' } });
      await reader.export();
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_HEADERS'];
    }

    expect(receiver.requests[0]?.headers).to.include({ 'x-team': 'search', authorization: 'Bearer code' });
  });

  describe('with a collector that fails', () => {
    for (const status of [400, 404, 429, 500, 503]) {
      it(`reports ${status}, tries once, and goes on`, async () => {
        const reader = await start();
        receiver.failNext(1, status, { 'retry-after': '1' });

        expect(await reader.export()).to.deep.include({ ok: false });
        expect(receiver.attempts).to.equal(1);
        expect(await reader.export()).to.deep.equal({ ok: true });
      });
    }

    for (const how of ['silent', 'dripping'] as const) {
      it(`cuts an export off when its time is up, and the answer is ${how}`, async () => {
        const reader = await start({ requestTimeoutMs: 300 });
        receiver.hang(how);
        await reader.export();

        expect(reader.messages).to.deep.equal([
          `exporting to ${receiver.url}/v1/metrics failed: no answer within 300 ms`,
        ]);
        receiver.resume();
        expect(await reader.export()).to.deep.equal({ ok: true });
      });
    }

    it('says so once a minute, with the address and nothing that is secret', async () => {
      const captured = captureDiag();
      try {
        const url = new URL(`${receiver.url}/v1/metrics?key=secret`);
        url.username = 'me';
        url.password = 'secret';
        const { createOtlpReader } = await import('../../../packages/observability/src/observer/otlp/otlp-reader.ts');
        const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
        let now = 0;
        const push = await createOtlpReader(
          {
            url: url.href,
            headers: { authorization: 'secret' },
            temporality: 'cumulative',
            compression: 'none',
            intervalMs: 100_000,
            exportTimeoutMs: 10_000,
            requestTimeoutMs: 10_000,
          },
          { metricProducers: [], clock: { now: () => now, setTimeout: () => ({ clear: nothing, unref: nothing }) } },
        );
        const provider = new MeterProvider({ readers: [push.reader] });
        provider.getMeter('test').createCounter('jobs').add(1);
        for (let second = 0; second < 90; second += 10) {
          now = second * 1_000;
          receiver.failNext(1, 500);
          await push.flush(FLUSH_MS);
        }
        receiver.failNext(1, 500);
        await push.reader.shutdown();
      } finally {
        captured.release();
      }

      const message = `inferometer: exporting to ${receiver.url}/v1/metrics failed: HTTP 500 Internal Server Error`;
      expect(captured.messages).to.deep.equal([message, message]);
    });

    it('tells each cause with its status, and once that it works again', async () => {
      const captured = captureDiag();
      const failed = `inferometer: exporting to ${receiver.url}/v1/metrics failed:`;
      try {
        const reader = await start({ requestTimeoutMs: 300 }, [], createProblemLog(systemClock));
        for (const status of [503, 503, 400, 429]) {
          receiver.failNext(1, status, { 'x-token': 'secret' });
          await reader.export();
        }
        receiver.hang();
        await reader.export();
        receiver.resume();
        await reader.export();
        await reader.export();
        receiver.failNext(1, 503);
        await reader.export();
        // This failure was not told, a minute not being over, so neither is its end.
        await reader.export();
      } finally {
        captured.release();
      }

      expect(captured.messages).to.deep.equal([
        `${failed} HTTP 503 Service Unavailable`,
        `${failed} HTTP 400 Bad Request`,
        `${failed} HTTP 429 Too Many Requests`,
        `${failed} no answer within 300 ms`,
        `inferometer: exporting to ${receiver.url}/v1/metrics works again, after 5 failed`,
      ]);
    });

    it('names the reason when nobody listens', async () => {
      const reader = await start();
      const { url } = receiver;
      await receiver.close();
      await reader.export();
      receiver = await startOtlpReceiver();

      expect(reader.messages).to.have.length(1);
      expect(reader.messages[0]).to.match(
        new RegExp(`^exporting to ${url}/v1/metrics failed: connect ECONNREFUSED 127\\.0\\.0\\.1:\\d+$`),
      );
    });

    it('flushes for as long as it is given, and no longer', async () => {
      const reader = await start();
      receiver.hang();
      const start_ = performance.now();
      await reader.flush(50);

      expect(performance.now() - start_).to.be.within(40, 3_000);
      expect(reader.reports).to.deep.equal([]);
    });

    it('shuts down in the time that it is given, and hangs up', async () => {
      const reader = await start();
      receiver.hang();
      const start_ = performance.now();
      await reader.provider.shutdown({ timeoutMillis: 50 });

      expect(performance.now() - start_).to.be.within(40, 3_000);
      await receiver.waitForHangUp();
      expect(reader.messages).to.deep.equal([
        `exporting to ${receiver.url}/v1/metrics failed: it was shut down before an answer came`,
      ]);
    });
  });

  it('exports the last counts when it is shut down, once', async () => {
    const captured = captureDiag();
    const reader = await start();
    reader.meter.createCounter('jobs').add(1);
    try {
      await reader.provider.shutdown();
      await reader.reader.shutdown();
      await reader.flush(FLUSH_MS);
    } finally {
      captured.release();
    }

    expect(receiver.requests.map((request) => pointOf(request, 'jobs').value)).to.deep.equal([1]);
    expect(captured.messages).to.deep.equal([]);
    await receiver.waitForHangUp();
  });

  it('exports what comes after a flush that waited for an export under way', async () => {
    const reader = await start({ requestTimeoutMs: 300 });
    const counter = reader.meter.createCounter('jobs');
    receiver.hang();
    counter.add(1);
    const first = reader.flush(FLUSH_MS);
    await receiver.waitForAttempts(1);
    receiver.resume();
    counter.add(1);
    const second = reader.flush(FLUSH_MS);
    await Promise.all([first, second]);

    expect(receiver.requests.map((request) => pointOf(request, 'jobs').value).at(-1)).to.equal(2);
  });

  it('exports everything else when a producer never answers, throws or rejects', async () => {
    const silent: MetricProducer = { collect: () => Promise.withResolvers<never>().promise };
    const throwing: MetricProducer = {
      collect: () => {
        throw new Error('thrown');
      },
    };
    const rejecting: MetricProducer = { collect: () => Promise.reject(new Error('rejected')) };
    const captured = captureDiag();
    try {
      const reader = await start({ exportTimeoutMs: 50 }, [silent, throwing, rejecting]);
      reader.meter.createCounter('jobs').add(1);
      await reader.export();
      await reader.export();

      expect(receiver.requests.map((request) => pointOf(request, 'jobs').value)).to.deep.equal([1, 1]);
      expect(reader.messages.length).to.be.above(2);
    } finally {
      captured.release();
    }
    expect(captured.messages).to.deep.equal([]);
  });

  describe('over https', () => {
    const file = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;
    const key = readFileSync(file('test-key.pem'));
    const cert = readFileSync(file('test-certificate.pem'));
    const files = {
      certificateFile: file('test-certificate.pem'),
      clientCertificateFile: file('test-certificate.pem'),
      clientKeyFile: file('test-key.pem'),
    };

    it('shows its certificate to a collector that it trusts', async () => {
      const secure = await startOtlpReceiver({ tls: { key, cert, ca: cert } });
      try {
        const reader = await start({ url: `${secure.url}/v1/metrics`, ...files });

        expect(await reader.export()).to.deep.equal({ ok: true });
        expect(secure.requests).to.have.length(1);
      } finally {
        await secure.close();
      }
    });

    it('sends nothing to one that it does not trust', async () => {
      const secure = await startOtlpReceiver({ tls: { key, cert } });
      try {
        const reader = await start({ url: `${secure.url}/v1/metrics`, certificateFile: '/does/not/exist.pem' });

        expect(await reader.export()).to.deep.include({ ok: false });
        expect(secure.attempts).to.equal(0);
        expect(reader.messages[0]).to.equal(
          "OTEL_EXPORTER_OTLP_CERTIFICATE is ignored, as its file cannot be read: ENOENT: no such file or directory, open '/does/not/exist.pem'",
        );
      } finally {
        await secure.close();
      }
    });
  });
});

function producerOf(metrics: ReturnType<typeof resourceMetrics>): MetricProducer {
  return { collect: () => Promise.resolve({ resourceMetrics: metrics, errors: [] }) };
}

function nothing(): void {
  // A timer that never runs out.
}
