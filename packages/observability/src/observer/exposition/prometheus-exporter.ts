import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { systemClock, type Clock } from '../clock.ts';
import { DeadlineExceededError, withDeadline } from '../deadline.ts';
import { guardProducer, ProducerFailedError } from '../guard-producer.ts';
import { createProblemLog, type ProblemLog } from '../problem-log.ts';
import { createBodyWriter, type BodyWriter } from './body-writer.ts';
import type { ExpositionFormat } from './exposition-format.ts';
import { wantsGzip } from './negotiate-encoding.ts';
import { negotiateFormat } from './negotiate-format.ts';
import { runInSlices } from './run-in-slices.ts';
import { createSharedScrapes, type SharedScrapes } from './shared-scrapes.ts';
import { textFormat } from './text/text-formats.ts';

/** Options of {@link InferometerPrometheusExporter}. */
export interface InferometerPrometheusExporterOptions {
  /** Sources besides the SDK's instruments; each fails for itself alone. Where two tell one series, the first wins. */
  readonly metricProducers?: readonly MetricProducer[];
  /** How long a collection may take, above 0; default 5000. Each source of it has half of that. */
  readonly collectTimeoutMs?: number;
  /** Whether the resource is written as `target_info`; default true. */
  readonly targetInfo?: boolean;
  /**
   * Whether OpenMetrics tells when counters and histograms began, a line for each; default false. Protobuf always does: there
   * it is a few bytes.
   */
  readonly createdTimestamps?: boolean;
  /** Called after each body that was written. */
  readonly onScrape?: (scrape: ScrapeReport) => void;
  readonly clock?: Clock;
}

/** What writing a body took. */
export interface ScrapeReport {
  /** Collecting and writing; without compression and the network. */
  readonly durationMs: number;
  /** Uncompressed. */
  readonly bodyBytes: number;
  /** A histogram counts once. */
  readonly seriesCount: number;
}

/** Half of the 10 s after which Prometheus gives a scrape up, so that the rest is left for writing and the network. */
const DEFAULT_COLLECT_TIMEOUT_MS = 5000;

/**
 * OpenTelemetry's Prometheus reader with the names of the OTel-Prometheus specification, a body that Prometheus
 * always accepts, in the text format, OpenMetrics or protobuf as the scraper likes, compressed for who takes it, and
 * deadlines. Exponential histograms are native ones in protobuf, besides their classic buckets. It starts no server: give
 * its {@link getMetricsRequestHandler} to one.
 *
 * @example
 * const exporter = new InferometerPrometheusExporter();
 * const meterProvider = new MeterProvider({ readers: [exporter] });
 * createServer((request, response) => exporter.getMetricsRequestHandler(request, response)).listen(9090);
 */
export class InferometerPrometheusExporter extends PrometheusExporter {
  readonly #collectTimeoutMs: number;
  readonly #clock: Clock;
  readonly #log: ProblemLog;
  readonly #writer: BodyWriter;
  readonly #scrapes: SharedScrapes;
  readonly #onScrape: (scrape: ScrapeReport) => void;

  constructor(options: InferometerPrometheusExporterOptions = {}) {
    const clock = options.clock ?? systemClock;
    const log = createProblemLog(clock);
    const collectTimeoutMs = options.collectTimeoutMs ?? DEFAULT_COLLECT_TIMEOUT_MS;
    super({
      preventServerStart: true,
      metricProducers: (options.metricProducers ?? []).map((producer, index) =>
        guardProducer(producer, {
          name: producerName(producer, index),
          timeoutMs: sourceTimeoutMs(collectTimeoutMs),
          clock,
          log,
        }),
      ),
    });
    this.#collectTimeoutMs = collectTimeoutMs;
    this.#clock = clock;
    this.#log = log;
    this.#writer = createBodyWriter({
      targetInfo: options.targetInfo ?? true,
      createdTimestamps: options.createdTimestamps ?? false,
    });
    this.#scrapes = createSharedScrapes(
      (format, memory) => this.#bodyInTime(format, memory),
      () => clock.now(),
    );
    this.#onScrape = options.onScrape ?? ((): void => undefined);
  }

  /**
   * Answers GET with the metrics and HEAD with the headers of that; other methods get 405. A collection that fails or
   * exceeds its deadline is a 500 with one plain sentence. Requests that come while a collection runs share it.
   */
  override getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      answer(response, 405, PLAIN, Buffer.from('Metrics are read with GET or HEAD.\n'));
      return;
    }
    void this.#answerWithMetrics(request, response);
  }

  /**
   * What a GET would answer, in the text format.
   *
   * @throws DeadlineExceededError, or whatever made the collection fail
   */
  async collectText(): Promise<string> {
    const scrape = this.#scrapes.joinAnyway(textFormat);
    try {
      return (await scrape.body).toString('utf8');
    } finally {
      scrape.leave();
    }
  }

  async #answerWithMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { format, contentType } = negotiateFormat(request.headers.accept);
    const scrape = this.#scrapes.join(format, () => response.destroy());
    if (scrape === undefined) {
      const sentence = 'Readers hold too many bodies already; try again in a moment.\n';
      answer(response, 503, { ...PLAIN, 'retry-after': RETRY_AFTER_SECONDS }, Buffer.from(sentence));
      return;
    }
    // Also where nothing can be sent any more, which is when the last byte has left or the connection is lost.
    if (response.closed) {
      scrape.leave();
    } else {
      response.once('close', () => scrape.leave());
    }
    try {
      const body = await scrape.body;
      const headers = { 'content-type': contentType, vary: 'accept, accept-encoding' };
      if (wantsGzip(request.headers['accept-encoding']?.toString(), body.byteLength)) {
        answer(response, 200, { ...headers, 'content-encoding': 'gzip' }, await scrape.gzipped());
      } else {
        answer(response, 200, headers, body);
      }
    } catch (error) {
      answer(response, 500, PLAIN, Buffer.from(`${failureSentence(error)}\n`));
    }
  }

  async #bodyInTime(format: ExpositionFormat, memory: Buffer | undefined): Promise<Buffer> {
    try {
      return await withDeadline(
        this.#collectAndWrite(format, memory),
        this.#collectTimeoutMs,
        'the collection',
        this.#clock,
      );
    } catch (error) {
      this.#log.report('collection', `the metrics could not be collected: ${messageOf(error)}`);
      throw error;
    }
  }

  async #collectAndWrite(format: ExpositionFormat, memory: Buffer | undefined): Promise<Buffer> {
    const start = this.#clock.now();
    const { resourceMetrics, errors } = await this.collect({ timeoutMillis: sourceTimeoutMs(this.#collectTimeoutMs) });
    for (const error of errors) {
      if (!(error instanceof ProducerFailedError)) {
        this.#log.report('instrument', `an instrument could not be collected: ${messageOf(error)}`);
      }
    }
    const steps = this.#writer.stepsOf(resourceMetrics, format, memory);
    const { body, seriesCount, problems } = await runInSlices(steps, this.#clock);
    for (const problem of problems) {
      this.#log.report(problem, `metrics for Prometheus: ${problem}`);
    }
    this.#onScrape({ durationMs: this.#clock.now() - start, bodyBytes: body.byteLength, seriesCount });
    return body;
  }
}

/** After so long readers that hold a body have had time enough. */
const RETRY_AFTER_SECONDS = '2';

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

/** Less than the whole, so that what the other sources told can still be written. */
function sourceTimeoutMs(collectTimeoutMs: number): number {
  return collectTimeoutMs / 2;
}

function producerName(producer: MetricProducer, index: number): string {
  return `producer ${index + 1} (${producer.constructor.name})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Only what we wrote ourselves: a message from elsewhere may say more than a stranger should read. */
function failureSentence(error: unknown): string {
  return error instanceof DeadlineExceededError
    ? `The metrics could not be collected: ${error.message}.`
    : 'The metrics could not be collected; the log says why.';
}

function answer(
  response: ServerResponse,
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): void {
  // The reader may have gone while the collection ran, or its server may have ended the response.
  if (response.destroyed || response.writableEnded || response.headersSent) {
    return;
  }
  response.writeHead(statusCode, {
    ...headers,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
