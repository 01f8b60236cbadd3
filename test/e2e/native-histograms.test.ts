import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initObservability, type Observability } from '@inferometer/observability';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { InferometerPrometheusExporter } from '../../packages/observability/src/observer/exposition/prometheus-exporter.ts';
import { eventually } from '../support/eventually.ts';
import { requireTool } from '../support/required-tool.ts';
import { registerTracing, type Tracing } from '../support/tracing.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const LATENCY = 'inference_latency_seconds{model_type="document"}';

/** Latencies in milliseconds over four powers of ten, always the same, in no order. */
const LATENCIES_MS = Array.from({ length: 1000 }, (_, place) => 10 ** (4 * ((place * 0.618_033_988_75) % 1)));

/** From 12 to 32 in steps of a tenth. */
const TEMPERATURES = Array.from({ length: 201 }, (_, place) => 12 + place / 10);

interface NativePrometheus {
  readonly tool: 'prometheus' | 'prometheus-3';
  readonly features: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly keepsClassic: boolean;
  /** Whether it reads the exemplars of all buckets: 2.42 reads the first one alone. */
  readonly readsAllExemplars: boolean;
}

const SERVERS: readonly NativePrometheus[] = [
  {
    tool: 'prometheus',
    features: ['native-histograms', 'exemplar-storage'],
    settings: {},
    keepsClassic: false,
    readsAllExemplars: false,
  },
  {
    tool: 'prometheus-3',
    features: ['exemplar-storage'],
    settings: { scrape_native_histograms: true, always_scrape_classic_histograms: true },
    keepsClassic: true,
    readsAllExemplars: true,
  },
];

/** The value of which a share `rank` are not greater. */
function quantile(values: readonly number[], rank: number): number {
  return values.toSorted((left, right) => left - right)[Math.ceil(rank * values.length) - 1]!;
}

for (const { tool, features, settings, keepsClassic, readsAllExemplars } of SERVERS) {
  describe(`a real Prometheus that ingests native histograms (${tool})`, function () {
    this.timeout(30_000);
    let observability: Observability | undefined;
    let tracing: Tracing | undefined;
    let provider: MeterProvider | undefined;
    let server: Server | undefined;
    let prometheus: PrometheusServer | undefined;

    before(async function () {
      const path = requireTool(this, tool);
      tracing = registerTracing();
      observability = initObservability({
        prometheus: { host: '127.0.0.1', port: 0 },
        observer: 'inline',
        resources: false,
        globalMeterProvider: false,
        nativeHistograms: true,
      });
      const exporter = new InferometerPrometheusExporter();
      const views = [{ instrumentName: '*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const }];
      provider = new MeterProvider({ readers: [exporter], views });
      const temperature = provider.getMeter('e2e').createHistogram('temperature', { unit: 'Cel' });
      for (const value of TEMPERATURES) {
        temperature.record(value);
      }
      server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { metricsUrl } = await observability.ready;
      const urls = [metricsUrl!, `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`];
      prometheus = await startPrometheus(path, urls, [], settings, features);
    });

    after(async () => {
      await prometheus?.stop();
      await observability?.shutdown();
      await provider?.shutdown();
      server?.closeAllConnections();
      server?.close();
      tracing?.release();
    });

    /** Records all latencies once more, each in a trace of its own, and gives these; the slowest is the last. */
    function recordAll(): readonly string[] {
      const traceIds: string[] = [];
      for (const latencyMs of LATENCIES_MS.toSorted((left, right) => left - right)) {
        tracing!.tracer.startActiveSpan('request', (span) => {
          observability?.trackInference({ modelType: 'document', latencyMs });
          traceIds.push(span.spanContext().traceId);
          span.end();
        });
      }
      return traceIds;
    }

    async function countIs(expression: string, count: number): Promise<void> {
      await eventually(async () => {
        expect(await prometheus?.value(expression)).to.equal(count);
        return true;
      });
    }

    it('finds quantiles of latency within a bucket of 9%, and its count and sum', async () => {
      recordAll();
      await countIs(`histogram_count(${LATENCY})`, 1000);
      for (const rank of [0.01, 0.5, 0.9, 0.99, 1]) {
        const told = await prometheus?.value(`histogram_quantile(${rank}, ${LATENCY})`);
        const exact = quantile(LATENCIES_MS, rank) / 1000;
        expect(told! / exact, `quantile ${rank}`).to.be.within(2 ** (-1 / 8), 2 ** (1 / 8));
      }
      const sum = LATENCIES_MS.reduce((total, latencyMs) => total + latencyMs / 1000, 0);
      expect(await prometheus?.value(`histogram_sum(${LATENCY})`)).to.be.closeTo(sum, 1e-6);
    });

    it(`follows them from scrape to scrape, and leads to the trace of ${readsAllExemplars ? 'the slowest' : 'one'}`, async () => {
      const traceIds = recordAll();
      await countIs(`histogram_count(${LATENCY})`, 2000);
      await eventually(async () => {
        const exemplars = (await prometheus?.exemplars(LATENCY)) ?? [];
        const stored = new Set(exemplars.map(({ labels }) => labels['trace_id']));
        expect(traceIds.slice(readsAllExemplars ? -1 : 0).some((traceId) => stored.has(traceId))).to.equal(true);
        return true;
      });
    });

    it('finds quantiles of what the SDK counted by exponential buckets', async () => {
      await countIs('histogram_count(temperature_celsius)', TEMPERATURES.length);
      for (const rank of [0.1, 0.5, 0.9]) {
        const told = await prometheus?.value(`histogram_quantile(${rank}, temperature_celsius)`);
        expect(told! / quantile(TEMPERATURES, rank), `quantile ${rank}`).to.be.within(0.97, 1.03);
      }
      expect(await prometheus?.value('histogram_sum(temperature_celsius)')).to.be.closeTo(201 * 22, 1e-6);
    });

    it(`has ${keepsClassic ? 'the classic buckets too, where it is told to' : 'no classic buckets beside them'}`, async () => {
      await countIs(`histogram_count(${LATENCY})`, 2000);
      const buckets = await prometheus?.query('inference_latency_seconds_bucket{model_type="document",le="+Inf"}');
      expect(buckets?.map(({ value }) => value)).to.deep.equal(keepsClassic ? [2000] : []);
      const celsius = await prometheus?.query('temperature_celsius_bucket{le="16.0"}');
      expect(celsius?.map(({ value }) => value)).to.deep.equal(keepsClassic ? [41] : []);
    });

    it('refuses nothing', async () => {
      expect(await prometheus?.target()).to.deep.include({ health: 'up', lastError: '' });
      expect(await prometheus?.value('count(min_over_time(up[1h]) == 1)')).to.equal(2);
      expect(prometheus?.log).to.equal('');
    });
  });
}
