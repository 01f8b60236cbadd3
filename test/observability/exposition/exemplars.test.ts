import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';
import { context, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { expect } from 'chai';
import { initObservability, type Observability, type ObservabilityOptions } from '@inferometer/observability';
import { readWithClientPython, requireClientPython } from '../../support/client-python.ts';
import { httpRequest } from '../../support/http-request.ts';
import { type ScrapedExemplar, scrapeExemplars } from '../../support/open-metrics-exemplars.ts';
import { registerTracing, type Tracing } from '../../support/tracing.ts';

const LATENCY = 'inference_latency_seconds_bucket';

describe('Exemplars', () => {
  let observability: Observability | undefined;
  let tracing: Tracing | undefined;

  afterEach(async () => {
    tracing?.release();
    tracing = undefined;
    await observability?.shutdown();
    observability = undefined;
  });

  function start(options: ObservabilityOptions = {}): Observability {
    observability = initObservability({
      prometheus: { host: '127.0.0.1', port: 0 },
      observer: 'inline',
      resources: false,
      globalMeterProvider: false,
      latencyBucketsSeconds: [0.1, 0.5, 1],
      ...options,
    });
    return observability;
  }

  async function metricsUrl(): Promise<string> {
    return (await observability?.ready)?.metricsUrl ?? '';
  }

  async function scraped(): Promise<readonly ScrapedExemplar[]> {
    return await scrapeExemplars(await metricsUrl());
  }

  /** Does something within a span of its own, and gives that span's ids. */
  function traced(work: () => void): SpanContext {
    return tracing!.tracer.startActiveSpan('request', (span) => {
      work();
      span.end();
      return span.spanContext();
    });
  }

  function bucket(le: string): string {
    return `${LATENCY}{model_type="document",le="${le}"}`;
  }

  it('name the trace of the latest inference in each latency bucket', async () => {
    tracing = registerTracing();
    const { trackInference } = start();
    const before = Date.now() / 1000;
    const record = (latencyMs: number) => traced(() => trackInference({ modelType: 'document', latencyMs }));
    record(40);
    const [quick, slow, slowest] = [record(50), record(600), record(7000)];
    const exemplars = await scraped();
    const told = exemplars.map(({ series, traceId, spanId, value }) => [series, traceId, spanId, value]);
    expect(told).to.deep.equal([
      [bucket('0.1'), quick.traceId, quick.spanId, 0.05],
      [bucket('1.0'), slow.traceId, slow.spanId, 0.6],
      [bucket('+Inf'), slowest.traceId, slowest.spanId, 7],
    ]);
    for (const { timeSeconds } of exemplars) {
      expect(timeSeconds).to.be.within(before, Date.now() / 1000);
    }
  });

  it('are told by the latency of failures as well, and by nothing else', async () => {
    tracing = registerTracing();
    const { trackInference } = start();
    traced(() =>
      trackInference({ modelType: 'document', latencyMs: 50, success: false, confidence: 0.5, batchSize: 3 }),
    );
    expect((await scraped()).map(({ series }) => series)).to.deep.equal([
      'inference_failure_latency_seconds_bucket{model_type="document",le="0.1"}',
    ]);
  });

  it('stand in OpenMetrics alone: the text format has no place for them', async () => {
    tracing = registerTracing();
    const { trackInference } = start();
    traced(() => trackInference({ modelType: 'document', latencyMs: 50 }));
    expect(await scraped()).to.have.lengthOf(1);
    const { body } = await httpRequest(await metricsUrl());
    expect(body).to.contain(`${bucket('0.1')} 1\n`);
    expect(body).not.to.contain('trace_id');
  });

  it('are there from the moment on in which a tracer is registered', async () => {
    const { trackInference } = start();
    trackInference({ modelType: 'document', latencyMs: 50 });
    expect(await scraped()).to.deep.equal([]);
    tracing = registerTracing();
    const { traceId } = traced(() => trackInference({ modelType: 'document', latencyMs: 50 }));
    expect((await scraped()).map((exemplar) => exemplar.traceId)).to.deep.equal([traceId]);
  });

  it('are there when a tracer comes late, in another copy of the API, once an inference is timed', async () => {
    const { trackInference, startInference } = start();
    for (let count = 0; count < 10_000; count++) {
      trackInference({ modelType: 'document', latencyMs: 50 });
    }
    // What CommonJS loads is not what modules import.
    const api = createRequire(import.meta.url)('@opentelemetry/api') as typeof Api;
    expect(api.trace).not.to.equal(trace);
    const others = registerTracing(undefined, api);
    const { traceId } = others.tracer.startActiveSpan('request', (span) => {
      startInference('document').fail();
      trackInference({ modelType: 'document', latencyMs: 50 });
      return span.spanContext();
    });
    others.release();
    expect((await scraped()).map((exemplar) => exemplar.traceId)).to.deep.equal([traceId, traceId]);
  });

  it('are not made of spans that nobody will see, nor of what belongs to no span', async () => {
    tracing = registerTracing(new AlwaysOffSampler());
    const { trackInference, startInference } = start();
    traced(() => trackInference({ modelType: 'document', latencyMs: 50 }));
    traced(() => startInference('document').end());
    trackInference({ modelType: 'document', latencyMs: 50 });
    expect(await scraped()).to.deep.equal([]);
  });

  it('name the span in which an inference was started, wherever it ends', async () => {
    tracing = registerTracing();
    const { startInference } = start();
    let end = (): void => undefined;
    const { spanId } = traced(() => {
      const timer = startInference('document');
      end = () => timer.end();
    });
    traced(() => end());
    expect((await scraped()).map((exemplar) => exemplar.spanId)).to.deep.equal([spanId]);
  });

  it('name the span in which an instrumented function was called', async () => {
    tracing = registerTracing();
    const { instrument } = start();
    const gate = Promise.withResolvers<void>();
    const predict = instrument('document', () => gate.promise);
    const results: Promise<void>[] = [];
    const { spanId } = traced(() => void results.push(predict()));
    traced(() => gate.resolve());
    await Promise.all(results);
    expect((await scraped()).map((exemplar) => exemplar.spanId)).to.deep.equal([spanId]);
  });

  it('are not made of ids that are none, which costs no count', async () => {
    tracing = registerTracing();
    const { trackInference } = start();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const spanId = '00f067aa0ba902b7';
    const wrong: readonly Partial<SpanContext>[] = [
      { traceId: '0'.repeat(32) },
      { spanId: '0'.repeat(16) },
      { traceId: traceId.slice(1) },
      { traceId: `${traceId.slice(1)}"` },
      { traceId: `${traceId.slice(1)}\u0131` },
      { spanId: 7 as unknown as string },
    ];
    const within = (spanContext: SpanContext): void =>
      context.with(trace.setSpanContext(context.active(), spanContext), () =>
        trackInference({ modelType: 'document', latencyMs: 50 }),
      );
    for (const ids of wrong) {
      within({ traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...ids });
    }
    within({
      spanId,
      traceFlags: TraceFlags.SAMPLED,
      get traceId(): string {
        throw new Error('no id');
      },
    });
    expect(await scraped()).to.deep.equal([]);
    expect((await httpRequest(await metricsUrl())).body).to.contain(`${bucket('+Inf')} ${wrong.length + 1}\n`);
    within({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
    expect(await scraped()).to.deep.include.members([{ ...(await scraped())[0], traceId, spanId }]);
  });

  it('can be switched off', async () => {
    tracing = registerTracing();
    const { trackInference } = start({ exemplars: false });
    traced(() => trackInference({ modelType: 'document', latencyMs: 50 }));
    expect(await scraped()).to.deep.equal([]);
  });

  it("are understood by client_python's parser, which knows the rules of OpenMetrics", async function () {
    const python = requireClientPython(this);
    tracing = registerTracing();
    const { trackInference } = start({ labels: { tenant: { max: 5 } } });
    const expected = [1e-7, 0, 50, 100, 100.000001, 31_536_000_000].map((latencyMs) => {
      const labels = { tenant: String(latencyMs) };
      const span = traced(() => trackInference({ modelType: 'docu"ment\\\n', latencyMs, labels }));
      return { latencyMs, span };
    });
    const { body } = await httpRequest(await metricsUrl(), { headers: { accept: 'application/openmetrics-text' } });
    const [families = []] = await readWithClientPython(python, [{ format: 'openMetrics', body }]);
    const exemplars = families.flatMap(({ samples }) =>
      samples.flatMap(({ labels, exemplar }) =>
        exemplar === undefined
          ? []
          : [
              [
                labels['tenant'],
                exemplar.labels['trace_id'],
                exemplar.labels['span_id'],
                exemplar.value,
                exemplar.hasTime,
              ],
            ],
      ),
    );
    // The limit of five tenants sends the last one to the overflow series.
    expect(exemplars).to.have.deep.members(
      expected.map(({ latencyMs, span: { traceId, spanId } }, place) => [
        place < 5 ? String(latencyMs) : undefined,
        traceId,
        spanId,
        latencyMs / 1000,
        true,
      ]),
    );
  });
});
