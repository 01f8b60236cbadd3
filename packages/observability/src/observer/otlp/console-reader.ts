import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ResolvedConsole } from '../../options/resolved-options.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createProblemLog, type ProblemLog } from '../problem-log.ts';
import { createConsoleExporter } from './console-exporter.ts';
import { createPushReader, type PushReader } from './push-reader.ts';
import { createSupervisedExporter, type ExportReport } from './supervised-exporter.ts';

/** Options of {@link createConsoleReader}. */
export interface ConsoleReaderOptions {
  /** What is printed besides the instruments of the MeterProvider that the reader is given to. */
  readonly metricProducers: readonly MetricProducer[];
  /** Called after each export. */
  readonly onExport?: (report: ExportReport) => void;
  /** Default: standard output. */
  readonly write?: (text: string) => void;
  readonly clock?: Clock;
  /** Where failures are told, at most once a minute; default OpenTelemetry's `diag`. */
  readonly log?: ProblemLog;
}

/** A reader that prints every metric at its interval, to look at while setting things up. */
export function createConsoleReader(settings: ResolvedConsole, options: ConsoleReaderOptions): PushReader {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createProblemLog(clock);
  return createPushReader({
    exporter: createSupervisedExporter(createConsoleExporter(options.write), {
      destination: 'standard output',
      timeoutMs: settings.exportTimeoutMs,
      abort: ignore,
      onExport: options.onExport ?? ignore,
      clock,
      log,
    }),
    metricProducers: options.metricProducers,
    intervalMs: settings.intervalMs,
    exportTimeoutMs: settings.exportTimeoutMs,
    clock,
    log,
  });
}

function ignore(): void {
  // Printing is done when it is called, and nobody counts.
}
