import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { endPrograms, type Program, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { requireTool } from '../support/required-tool.ts';
import { scrape } from '../support/scrape.ts';
import { type CollectorProcess, operateCollector } from './collector-process.ts';
import type { ServiceCommand } from './fixtures/operated-service.ts';
import { type OperatedPrometheus, operatePrometheus } from './operated-prometheus.ts';

const SERVICE = new URL('fixtures/operated-service.ts', import.meta.url);

/** What a way adds of its own: the scrape's series, the resource, and counts of exports, which go on. */
const OF_THE_WAY = /^(up|scrape_.*|target_info|inferometer_exports_total|inferometer_export_failures_total)$/;

/** Series that stand still when nothing is recorded. */
const OF_THE_TRAFFIC = /^(inference|error|prediction|batch|model|ground|drift)_/;

const RECEIVING = {
  otlp_http: '--web.enable-otlp-receiver',
  prometheus_remote_write: '--web.enable-remote-write-receiver',
} as const;

describe('the collector between a service and Prometheus', function () {
  this.timeout(120_000);
  let oldest: string;
  let current: string;
  let collectorPath: string;
  let folder: string;
  let scraping: OperatedPrometheus | undefined;
  let fed: OperatedPrometheus | undefined;
  let collector: CollectorProcess | undefined;
  let service: Program;

  before(function () {
    oldest = requireTool(this, 'prometheus');
    current = requireTool(this, 'prometheus-3');
    collectorPath = requireTool(this, 'inferometer-collector');
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inferometer-collector-'));
  });

  afterEach(async () => {
    await collector?.stop('SIGKILL');
    await scraping?.stop();
    await fed?.stop();
    await endPrograms();
    await rm(folder, { recursive: true });
  });

  async function tell(command: ServiceCommand): Promise<number> {
    service.write(JSON.stringify(command));
    return await service.hear<number>('recorded');
  }

  /** A Prometheus that scrapes the service itself. */
  async function scrapeBy(path: string, metricsUrl: string): Promise<void> {
    scraping = await operatePrometheus(path, join(folder, 'scraping'), {
      global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
      scrape_configs: [{ job_name: 'service', static_configs: [{ targets: [new URL(metricsUrl).host] }] }],
    });
    await scraping.start();
  }

  /** A Prometheus that a collector pushes to. */
  async function feed(path: string, exporter: keyof typeof RECEIVING): Promise<string> {
    fed = await operatePrometheus(
      path,
      join(folder, 'fed'),
      { storage: { tsdb: { out_of_order_time_window: '30m' } } },
      [RECEIVING[exporter]],
    );
    await fed.start();
    return fed.url;
  }

  /** Names and labels, and of what stands still the value. */
  async function heldBy(prometheus: OperatedPrometheus | undefined): Promise<ReadonlyMap<string, number | undefined>> {
    const held = new Map<string, number | undefined>();
    for (const { labels, value } of (await prometheus?.series('{job="service"}')) ?? []) {
      const { __name__: name = '', job: _job, instance: _instance, le, ...others } = labels;
      if (!OF_THE_WAY.test(name)) {
        const edge = le === undefined ? {} : { le: String(Number(le.replace('+Inf', 'Infinity'))) };
        const key =
          name +
          JSON.stringify(Object.entries({ ...others, ...edge }).toSorted(([one], [other]) => one.localeCompare(other)));
        expect(held.has(key), `${key} is there twice`).to.equal(false);
        held.set(key, OF_THE_TRAFFIC.test(name) ? value : undefined);
      }
    }
    return held;
  }

  async function bothHoldTheSame(requests: number): Promise<void> {
    const total = 'sum(inference_requests_total{job="service"})';
    await eventually(
      async () => {
        expect(await scraping?.value(total), 'scraped').to.equal(requests);
        expect(await fed?.value(total), 'pushed').to.equal(requests);
        const [scraped, pushed] = [await heldBy(scraping), await heldBy(fed)];
        expect(scraped.size).to.be.above(150);
        expect(Object.fromEntries(pushed)).to.deep.equal(Object.fromEntries(scraped));
        return true;
      },
      { timeoutMs: 30_000 },
    );
  }

  async function totalsArrive(requests: number): Promise<void> {
    await eventually(
      async () => {
        expect(await fed?.value('sum(inference_requests_total)')).to.equal(requests);
        return true;
      },
      { timeoutMs: 40_000 },
    );
    expect(await fed?.value('max(resets(inference_requests_total[10m]))')).to.equal(0);
  }

  /** Waits for three exports of the service (some 95 points each), so that one at least was begun after this was called. */
  async function pointsAreAccepted({ metricsUrl }: CollectorProcess): Promise<void> {
    const accepted = async (): Promise<number> =>
      (await scrape(metricsUrl)).sum('otelcol_receiver_accepted_metric_points_total');
    const before = await accepted();
    await eventually(async () => ((await accepted()) - before > 300 ? true : undefined));
  }

  const traffic: readonly ServiceCommand[] = [
    { times: 40 },
    { times: 10, record: { latencyMs: 900, predictedClass: 'technology' } },
    { times: 5, record: { success: false, errorCode: 'model_failure' } },
    { distributionDrift: 0.08 },
  ];

  async function startService(otlpUrl?: string): Promise<string> {
    service = startProgram(SERVICE, { args: otlpUrl === undefined ? [] : [otlpUrl] });
    return await service.hear<string>('metricsUrl');
  }

  for (const exporter of ['otlp_http', 'prometheus_remote_write'] as const) {
    it(`gives Prometheus 3 by ${exporter} of OTLP what 2.42 scrapes itself`, async () => {
      const prometheusUrl = await feed(current, exporter);
      collector = await operateCollector(collectorPath, 'otlp.yaml', { exporter, prometheusUrl, storage: folder });
      await collector.start();
      await scrapeBy(oldest, await startService(collector.otlpUrl));
      for (const command of traffic) {
        await tell(command);
      }
      await bothHoldTheSame(55);
    });
  }

  const scrapes = [
    ['prometheus_remote_write', '2.42', () => oldest],
    ['otlp_http', '3', () => current],
  ] as const;
  for (const [exporter, version, fedPath] of scrapes) {
    it(`gives Prometheus ${version} by ${exporter} of its own scrape what 3 scrapes itself`, async () => {
      const metricsUrl = await startService();
      const prometheusUrl = await feed(fedPath(), exporter);
      collector = await operateCollector(collectorPath, 'scrape.yaml', {
        exporter,
        prometheusUrl,
        storage: folder,
        environment: {
          SCRAPE_JOB: 'service',
          SCRAPE_TARGET: new URL(metricsUrl).host,
          SCRAPE_INTERVAL: '250ms',
          SCRAPE_TIMEOUT: '250ms',
        },
      });
      await collector.start();
      await scrapeBy(current, metricsUrl);
      for (const command of traffic) {
        await tell(command);
      }
      await bothHoldTheSame(55);
    });
  }

  for (const exporter of ['otlp_http', 'prometheus_remote_write'] as const) {
    it(`loses no count by ${exporter} when it is stopped, when Prometheus is, and when it is killed meanwhile`, async () => {
      const prometheusUrl = await feed(current, exporter);
      collector = await operateCollector(collectorPath, 'otlp.yaml', { exporter, prometheusUrl, storage: folder });
      await collector.start();
      await startService(collector.otlpUrl);
      await totalsArrive(await tell({ times: 10 }));

      await collector.stop();
      const missed = await tell({ times: 20 });
      await collector.start();
      await totalsArrive(missed);

      await fed?.stop();
      const meanwhile = await tell({ times: 30 });
      await pointsAreAccepted(collector);
      const { families } = await scrape(collector.metricsUrl);
      // What the alert on the queue asks for.
      expect([...families.keys()]).to.include.members([
        'otelcol_exporter_queue_size',
        'otelcol_exporter_queue_capacity',
      ]);
      await collector.stop('SIGKILL');
      const total = await tell({ times: 40 });
      await fed?.start();
      await collector.start();
      await totalsArrive(total);
      // Not only the end is right: what came while Prometheus was away lay on disk when the collector was killed.
      await eventually(
        async () => {
          expect(
            await fed?.value(`count_over_time((sum(inference_requests_total) == ${meanwhile})[5m:50ms])`),
          ).to.be.above(0);
          return true;
        },
        { timeoutMs: 40_000 },
      );
    });
  }
});
