import { PeriodicExportingMetricReader, type MetricProducer, type MetricReader } from '@opentelemetry/sdk-metrics';
import type { Clock } from '../clock.ts';
import { guardProducer, ProducerFailedError } from '../guard-producer.ts';
import type { ProblemLog } from '../problem-log.ts';
import type { SupervisedExporter } from './supervised-exporter.ts';

/** A reader that exports by itself, at its interval, and whatever happens harms nobody. */
export interface PushReader {
  /** For the MeterProvider; its `shutdown` exports once more, within the time given, and closes all connections. */
  readonly reader: MetricReader;
  /** Exports what there is now. Settles when that is done or after `timeoutMs`, and never rejects. */
  flush(timeoutMs: number): Promise<void>;
}

/** Options of {@link createPushReader}. */
export interface PushReaderOptions {
  readonly exporter: SupervisedExporter;
  readonly metricProducers: readonly MetricProducer[];
  readonly intervalMs: number;
  /** Bound of one collection; at most `intervalMs`. */
  readonly exportTimeoutMs: number;
  readonly clock: Clock;
  readonly log: ProblemLog;
}

export function createPushReader(options: PushReaderOptions): PushReader {
  const reader = new SupervisedReader(options);
  return { reader, flush: (timeoutMs) => reader.flush(timeoutMs) };
}

class SupervisedReader extends PeriodicExportingMetricReader {
  readonly #exporter: SupervisedExporter;
  readonly #exportTimeoutMs: number;
  #ended: Promise<void> | undefined;

  constructor(options: PushReaderOptions) {
    const { exporter, intervalMs, exportTimeoutMs, clock, log } = options;
    super({
      exporter,
      exportIntervalMillis: intervalMs,
      exportTimeoutMillis: exportTimeoutMs,
      metricProducers: options.metricProducers.map((producer) =>
        withoutKnownErrors(guardProducer(producer, { timeoutMs: exportTimeoutMs, clock: unrefClock(clock), log })),
      ),
    });
    this.#exporter = exporter;
    this.#exportTimeoutMs = exportTimeoutMs;
  }

  async flush(timeoutMs: number): Promise<void> {
    if (this.#ended !== undefined) {
      return;
    }
    try {
      await this.forceFlush({ timeoutMillis: timeoutMs });
    } catch {
      // The time is up, or the collection failed, which the reader has logged. An export under way goes on.
    }
  }

  protected override async onForceFlush(): Promise<void> {
    // Else the exporter would drop what is exported now.
    await this.#exporter.settled();
    await super.onForceFlush();
  }

  /** Idempotent; never rejects. */
  override shutdown(options?: { timeoutMillis?: number }): Promise<void> {
    this.#ended ??= this.#end(options?.timeoutMillis ?? this.#exportTimeoutMs);
    return this.#ended;
  }

  async #end(timeoutMs: number): Promise<void> {
    try {
      await super.shutdown({ timeoutMillis: timeoutMs });
    } catch {
      // The time is up.
    } finally {
      this.#exporter.abort('it was shut down before an answer came');
      await this.#exporter.settled();
    }
  }
}

/** What the guard held back it has logged; the reader would do so again with every export. */
function withoutKnownErrors(producer: MetricProducer): MetricProducer {
  return {
    async collect(options) {
      const result = await producer.collect(options);
      return { ...result, errors: result.errors.filter((error) => !(error instanceof ProducerFailedError)) };
    },
  };
}

/** A producer that does not answer must not keep the process from ending. */
function unrefClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimeout(callback, delayMs) {
      const timer = clock.setTimeout(callback, delayMs);
      timer.unref();
      return timer;
    },
  };
}
