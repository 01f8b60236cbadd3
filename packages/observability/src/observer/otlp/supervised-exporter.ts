import type { InstrumentType, PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import type { Clock, ClockTimer } from '../clock.ts';
import type { ProblemLog } from '../problem-log.ts';
import type { HttpAnswer } from './export-agent.ts';
import { exported, type ExportCallback, type ExportOutcome, isExported, notExported } from './export-outcome.ts';

/** How one export went. */
export type ExportReport = { readonly ok: true } | { readonly ok: false; readonly error: Error };

/** Options of {@link createSupervisedExporter}. */
export interface SupervisionOptions {
  /** What messages call the destination: an address without anything secret in it. */
  readonly destination: string;
  /** How long one export may take. */
  readonly timeoutMs: number;
  /** Makes the exporter give up what it is doing. */
  readonly abort: () => void;
  /** How the export was answered that has just ended; default: it is not known. */
  readonly lastAnswer?: () => HttpAnswer | undefined;
  readonly onExport: (report: ExportReport) => void;
  readonly clock: Clock;
  readonly log: ProblemLog;
}

/** An exporter for which failing is a matter of course. */
export interface SupervisedExporter extends PushMetricExporter {
  /** Settles, never rejects, once no export is under way. */
  settled(): Promise<void>;
  /** Ends the export that is under way, which fails for that reason, and whatever is left of earlier ones. */
  abort(reason: string): void;
}

/**
 * An exporter that exports in the background: `export` calls back at once, whatever becomes of it. The reader before it
 * would log every failure, and hold the process with timers for as long as a collector hangs. Here an export ends after
 * its time, is reported, and its failure is told to the log: each cause no more than once a minute, and once that it
 * works again.
 *
 * One export is under way at a time; what is to be exported meanwhile is dropped, since the next one carries it.
 */
export function createSupervisedExporter(
  exporter: PushMetricExporter,
  options: SupervisionOptions,
): SupervisedExporter {
  return new BackgroundExporter(exporter, options);
}

/** An exporter that is aborted ends at once, as its connection is cut; one that does not is not waited for. */
const ABORT_GRACE_MS = 1_000;

class BackgroundExporter implements SupervisedExporter {
  readonly #exporter: PushMetricExporter;
  readonly #options: SupervisionOptions;
  #underWay: Promise<void> | undefined;
  #giveUp: ((reason: string) => void) | undefined;
  #failures = 0;
  /** Whether any of these failures was told. */
  #isTold = false;

  constructor(exporter: PushMetricExporter, options: SupervisionOptions) {
    this.#exporter = exporter;
    this.#options = options;
  }

  export(metrics: ResourceMetrics, resultCallback: ExportCallback): void {
    this.#underWay ??= this.#run(metrics);
    resultCallback(exported);
  }

  async settled(): Promise<void> {
    await this.#underWay;
  }

  abort(reason: string): void {
    this.#giveUp?.(reason);
    this.#options.abort();
  }

  forceFlush(): Promise<void> {
    return this.settled();
  }

  async shutdown(): Promise<void> {
    await this.settled();
    await this.#exporter.shutdown();
  }

  selectAggregationTemporality(_instrumentType: InstrumentType): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE;
  }

  async #run(metrics: ResourceMetrics): Promise<void> {
    try {
      this.#report(await this.#outcome(metrics));
    } finally {
      this.#underWay = undefined;
      this.#giveUp = undefined;
    }
  }

  async #outcome(metrics: ResourceMetrics): Promise<ExportOutcome> {
    const { promise, resolve } = Promise.withResolvers<ExportOutcome>();
    const { clock, timeoutMs } = this.#options;
    let givenUp: ExportOutcome | undefined;
    let timer = setUnrefTimeout(clock, timeoutMs, () => {
      this.abort(`no answer within ${timeoutMs} ms`);
    });
    this.#giveUp = (reason): void => {
      if (givenUp === undefined) {
        const failure = notExported(new Error(reason));
        givenUp = failure;
        timer.clear();
        timer = setUnrefTimeout(clock, ABORT_GRACE_MS, () => {
          resolve(failure);
        });
      }
    };
    try {
      this.#exporter.export(metrics, resolve);
    } catch (error) {
      resolve(notExported(error));
    }
    const outcome = await promise;
    timer.clear();
    // An aborted exporter ends with an error that says less than why it was aborted.
    return isExported(outcome) ? outcome : (givenUp ?? withAnswer(outcome, this.#options.lastAnswer?.()));
  }

  #report(outcome: ExportOutcome): void {
    const { destination, log, onExport } = this.#options;
    if (isExported(outcome)) {
      if (this.#isTold) {
        log.recovered(`exporting to ${destination} works again, after ${this.#failures} failed`);
      }
      this.#failures = 0;
      this.#isTold = false;
      onExport({ ok: true });
      return;
    }
    const error = outcome.error ?? new Error('the exporter gave no reason');
    const reason = reasonOf(error);
    this.#failures += 1;
    this.#isTold =
      log.report(`export to ${destination}: ${reason}`, `exporting to ${destination} failed: ${reason}`) ||
      this.#isTold;
    onExport({ ok: false, error });
  }
}

function setUnrefTimeout(clock: Clock, delayMs: number, callback: () => void): ClockTimer {
  const timer = clock.setTimeout(callback, delayMs);
  timer.unref();
  return timer;
}

/** What a collector answered says more than the exporter's words for it; a success that fails otherwise stays. */
function withAnswer(outcome: ExportOutcome, answer: HttpAnswer | undefined): ExportOutcome {
  return answer === undefined || answer.status < FIRST_REFUSAL
    ? outcome
    : notExported(new Error(`HTTP ${`${answer.status} ${answer.phrase}`.trim()}`, { cause: outcome.error }));
}

/** Statuses below are successes. */
const FIRST_REFUSAL = 300;

/** Errors of several tries, as for the two addresses of localhost, have no message of their own. */
function reasonOf(error: Error): string {
  const { code } = error as { readonly code?: string | number };
  const message = error.message === '' ? error.name : error.message;
  return code === undefined || message.includes(`${code}`) ? message : `${message} (${code})`;
}
