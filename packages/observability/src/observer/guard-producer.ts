import { emptyResource } from '@opentelemetry/resources';
import type { CollectionResult, MetricCollectOptions, MetricProducer } from '@opentelemetry/sdk-metrics';
import { systemClock, type Clock } from './clock.ts';
import { DeadlineExceededError, withDeadline } from './deadline.ts';
import { createProblemLog, type ProblemLog } from './problem-log.ts';

/** Options of {@link guardProducer}. */
export interface ProducerGuardOptions {
  /** How long a collection of this producer may take; above 0. */
  readonly timeoutMs: number;
  /** What log lines call it; default `a metric producer`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Where failures are told, at most once a minute; default OpenTelemetry's `diag`. */
  readonly log?: ProblemLog;
}

/** Stands in the errors of a collection for a producer that a guard held back; the guard has logged it. */
export class ProducerFailedError extends Error {
  override readonly name = 'ProducerFailedError';
  readonly code = 'PRODUCER_FAILED';
}

/**
 * How long a producer that never answered is left alone. It keeps a broken one from slowing every scrape down by its
 * deadline, and from being asked ever more questions at once; one that recovers is back within a minute.
 */
const RETRY_MS = 60_000;

/**
 * A producer whose failures cost its own metrics and nothing else: where `producer` throws, rejects, answers with
 * something else or does not answer in time, the result is empty and has the failure among its errors.
 */
export function guardProducer(producer: MetricProducer, options: ProducerGuardOptions): MetricProducer {
  return new GuardedProducer(producer, options);
}

class GuardedProducer implements MetricProducer {
  readonly #producer: MetricProducer;
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #log: ProblemLog;
  #silentSinceMs: number | undefined;

  constructor(producer: MetricProducer, options: ProducerGuardOptions) {
    this.#producer = producer;
    this.#name = options.name ?? 'a metric producer';
    this.#timeoutMs = options.timeoutMs;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? createProblemLog(this.#clock);
  }

  async collect(options?: MetricCollectOptions): Promise<CollectionResult> {
    if (this.#silentSinceMs !== undefined && this.#clock.now() - this.#silentSinceMs < RETRY_MS) {
      return emptyResult(new ProducerFailedError(`${this.#name} has not answered an earlier collection yet`));
    }
    const timeoutMs = Math.min(this.#timeoutMs, options?.timeoutMillis ?? Infinity);
    try {
      const answer = this.#ask(timeoutMs);
      const result = await withDeadline(answer, timeoutMs, this.#name, this.#clock);
      if (isCollectionResult(result)) {
        return result;
      }
      throw new TypeError('its answer is no collection result');
    } catch (error) {
      if (error instanceof DeadlineExceededError) {
        this.#silentSinceMs = this.#clock.now();
      }
      const reason = error instanceof Error ? error.message : String(error);
      const message = `the metrics of ${this.#name} are missing: ${reason}`;
      this.#log.report(`producer ${this.#name}`, message);
      return emptyResult(new ProducerFailedError(message, { cause: error }));
    }
  }

  async #ask(timeoutMs: number): Promise<CollectionResult> {
    try {
      return await this.#producer.collect({ timeoutMillis: timeoutMs });
    } finally {
      this.#silentSinceMs = undefined;
    }
  }
}

function emptyResult(error: Error): CollectionResult {
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [error] };
}

/** The reader joins these lists without looking, and a wrong one would fail the whole collection. */
function isCollectionResult(result: CollectionResult | undefined): result is CollectionResult {
  return (
    Array.isArray(result?.errors) &&
    Array.isArray(result.resourceMetrics?.scopeMetrics) &&
    result.resourceMetrics.scopeMetrics.every((scopeMetrics) => Array.isArray(scopeMetrics?.metrics))
  );
}
