import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { systemClock, type Clock } from '../clock.ts';
import { DeadlineExceededError, withDeadline } from '../deadline.ts';
import { guardProducer, ProducerFailedError } from '../guard-producer.ts';
import { createProblemLog, type ProblemLog } from '../problem-log.ts';
import { createTextWriter, type TextWriter } from './text-writer.ts';

/** Options of {@link InferometerPrometheusExporter}. */
export interface InferometerPrometheusExporterOptions {
  /** Sources besides the SDK's instruments; each fails for itself alone. Where two tell one series, the first wins. */
  readonly metricProducers?: readonly MetricProducer[];
  /** How long a collection may take, above 0; default 5000. Each source of it has half of that. */
  readonly collectTimeoutMs?: number;
  /** Whether the resource is written as `target_info`; default true. */
  readonly targetInfo?: boolean;
  readonly clock?: Clock;
}

/** Half of the 10 s after which Prometheus gives a scrape up, so that the rest is left for writing and the network. */
const DEFAULT_COLLECT_TIMEOUT_MS = 5000;

/** The media type of the text format 0.0.4. */
const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * OpenTelemetry's Prometheus reader with the names of the OTel-Prometheus specification, a body that Prometheus
 * always accepts, and deadlines. It starts no server: give its {@link getMetricsRequestHandler} to one.
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
  readonly #writer: TextWriter;
  #bodyInFlight: Promise<Buffer> | undefined;

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
    this.#writer = createTextWriter({ targetInfo: options.targetInfo ?? true });
  }

  /**
   * Answers GET with the metrics as text and HEAD with the headers of that; other methods get 405. A collection that
   * fails or exceeds its deadline is a 500 with one plain sentence. Requests that come while a collection runs share it.
   */
  override getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      answer(response, 405, 'text/plain; charset=utf-8', Buffer.from('Metrics are read with GET or HEAD.\n'));
      return;
    }
    void this.#answerWithMetrics(response);
  }

  /**
   * What a GET would answer.
   *
   * @throws DeadlineExceededError, or whatever made the collection fail
   */
  async collectText(): Promise<string> {
    const body = await this.#collectBody();
    return body.toString('utf8');
  }

  async #answerWithMetrics(response: ServerResponse): Promise<void> {
    try {
      answer(response, 200, TEXT_CONTENT_TYPE, await this.#collectBody());
    } catch (error) {
      answer(response, 500, 'text/plain; charset=utf-8', Buffer.from(`${failureSentence(error)}\n`));
    }
  }

  #collectBody(): Promise<Buffer> {
    if (this.#bodyInFlight === undefined) {
      const body = withDeadline(this.#collectAndWrite(), this.#collectTimeoutMs, 'the collection', this.#clock);
      this.#bodyInFlight = body;
      const forget = (): void => {
        this.#bodyInFlight = undefined;
      };
      body.then(forget, (error: unknown) => {
        forget();
        this.#log.report('collection', `the metrics could not be collected: ${messageOf(error)}`);
      });
    }
    return this.#bodyInFlight;
  }

  async #collectAndWrite(): Promise<Buffer> {
    const { resourceMetrics, errors } = await this.collect({ timeoutMillis: sourceTimeoutMs(this.#collectTimeoutMs) });
    for (const error of errors) {
      if (!(error instanceof ProducerFailedError)) {
        this.#log.report('instrument', `an instrument could not be collected: ${messageOf(error)}`);
      }
    }
    const { body, problems } = this.#writer.writeText(resourceMetrics);
    for (const problem of problems) {
      this.#log.report(problem, `metrics for Prometheus: ${problem}`);
    }
    return body;
  }
}

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

function answer(response: ServerResponse, statusCode: number, contentType: string, body: Buffer): void {
  // The reader may have gone while the collection ran, or its server may have ended the response.
  if (response.destroyed || response.writableEnded || response.headersSent) {
    return;
  }
  response.writeHead(statusCode, {
    'content-type': contentType,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
