import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { httpRequest } from '../support/http-request.ts';

/** A series with its latest value. */
export interface QueriedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An exemplar, and the series that it is one of. */
export interface QueriedExemplar {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly time: number;
}

/** What Prometheus thinks of a target. */
export interface ScrapedTarget {
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

/** What a target says of a family of metrics. */
export interface FamilyMetadata {
  /** The name of the family. */
  readonly metric: string;
  readonly type: string;
  readonly help: string;
  /** Empty where the format knows no units. */
  readonly unit: string;
}

/** A Prometheus of the test's own, with an empty data folder. */
export interface PrometheusServer {
  /** E.g. `http://127.0.0.1:40001`. */
  readonly address: string;
  /** Answers a PromQL expression that gives an instant vector or a scalar. */
  query(expression: string): Promise<readonly QueriedSeries[]>;
  /** The value of an expression that gives one series; `undefined` where it gives none. */
  value(expression: string): Promise<number | undefined>;
  /** The values that a label has in the series of a selector. */
  labelValues(selector: string, label: string): Promise<readonly string[]>;
  /** The exemplars that it keeps of a selector's series, those of the last hour. */
  exemplars(selector: string): Promise<readonly QueriedExemplar[]>;
  /** The first target. */
  target(): Promise<ScrapedTarget | undefined>;
  /** What its targets say of all families. */
  metadata(): Promise<readonly FamilyMetadata[]>;
  /** What it has warned of so far. */
  readonly log: string;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
}

/** Another program may take the free port before Prometheus does. */
const ATTEMPTS = 3;

/**
 * Starts Prometheus, scraping one address or several as the job `service` every 250 ms, and waits until it answers.
 * @param ruleFiles paths of rule files, evaluated every second
 * @param scrapeSettings of the job, besides its targets
 * @param features that are off by default, e.g. `exemplar-storage`
 */
export async function startPrometheus(
  prometheus: string,
  metricsUrls: string | readonly string[],
  ruleFiles: readonly string[] = [],
  scrapeSettings: Readonly<Record<string, unknown>> = {},
  features: readonly string[] = [],
): Promise<PrometheusServer> {
  const targets = [metricsUrls].flat().map((metricsUrl) => new URL(metricsUrl));
  for (let attempt = 1; ; attempt++) {
    const settings = configurationText(targets, ruleFiles, scrapeSettings);
    const server = await RunningPrometheus.start(prometheus, settings, features);
    try {
      await server.ready();
      return server;
    } catch (error) {
      await server.stop();
      if (attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}

class RunningPrometheus implements PrometheusServer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly address: string;
  #log = '';

  constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.address = `http://127.0.0.1:${port}`;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
  }

  static async start(prometheus: string, settings: string, features: readonly string[]): Promise<RunningPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'inferometer-prometheus-'));
    const configuration = join(folder, 'prometheus.yml');
    await writeFile(configuration, settings);
    const port = await freePort();
    const child = spawn(
      prometheus,
      [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
        ...(features.length === 0 ? [] : [`--enable-feature=${features.join(',')}`]),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new RunningPrometheus(child, folder, port);
  }

  async ready(): Promise<void> {
    await eventually(async () => {
      if (this.#child.exitCode !== null) {
        throw new Error(`Prometheus ended with ${this.#child.exitCode}: ${this.#log}`);
      }
      return (await httpRequest(`${this.address}/-/ready`)).status === 200 ? true : undefined;
    });
  }

  async query(expression: string): Promise<readonly QueriedSeries[]> {
    interface Sample {
      readonly metric: Record<string, string>;
      readonly value: readonly [time: number, value: string];
    }
    const data = await this.#ask<{ readonly result: readonly Sample[] }>(
      `query?${new URLSearchParams({ query: expression }).toString()}`,
    );
    return data.result.map(({ metric, value: [, text] }) => {
      const { __name__: _name, job: _job, instance: _instance, ...labels } = metric;
      return { labels, value: Number(text) };
    });
  }

  async value(expression: string): Promise<number | undefined> {
    const series = await this.query(expression);
    if (series.length > 1) {
      throw new Error(`${expression} gives ${series.length} series`);
    }
    return series[0]?.value;
  }

  async labelValues(selector: string, label: string): Promise<readonly string[]> {
    return await this.#ask<readonly string[]>(
      `label/${label}/values?${new URLSearchParams({ 'match[]': selector }).toString()}`,
    );
  }

  async exemplars(selector: string): Promise<readonly QueriedExemplar[]> {
    interface Series {
      readonly seriesLabels: Record<string, string>;
      readonly exemplars: readonly { labels: Record<string, string>; value: string; timestamp: number }[];
    }
    const now = Date.now() / 1000;
    const range = { query: selector, start: String(now - 3600), end: String(now + 1) };
    const series = await this.#ask<readonly Series[]>(`query_exemplars?${new URLSearchParams(range).toString()}`);
    return series.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        seriesLabels,
        labels,
        value: Number(value),
        time: timestamp,
      })),
    );
  }

  async target(): Promise<ScrapedTarget | undefined> {
    const { activeTargets } = await this.#ask<{ readonly activeTargets: readonly ScrapedTarget[] }>('targets');
    return activeTargets[0];
  }

  get log(): string {
    return this.#log;
  }

  async metadata(): Promise<readonly FamilyMetadata[]> {
    return await this.#ask<readonly FamilyMetadata[]>('targets/metadata');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<Data>(path: string): Promise<Data> {
    const { status, body } = await httpRequest(`${this.address}/api/v1/${path}`);
    if (status !== 200) {
      throw new Error(`Prometheus answered ${status}: ${body}`);
    }
    return (JSON.parse(body) as { readonly data: Data }).data;
  }
}

function configurationText(
  targets: readonly URL[],
  ruleFiles: readonly string[],
  scrapeSettings: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({
    global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    scrape_configs: [
      {
        ...scrapeSettings,
        job_name: 'service',
        metrics_path: targets[0]?.pathname,
        static_configs: [{ targets: targets.map(({ host }) => host) }],
      },
    ],
  });
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
