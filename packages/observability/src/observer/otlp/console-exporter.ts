import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { exported, type ExportCallback, notExported } from './export-outcome.ts';

const STDOUT = 1;

/**
 * An exporter that prints what OpenTelemetry's ConsoleMetricExporter does, but synchronously: in a worker thread,
 * `console.dir` waits for the main thread, and what is printed last is lost when the process ends.
 */
export function createConsoleExporter(write: (text: string) => void = writeAll): PushMetricExporter {
  return {
    export(metrics: ResourceMetrics, resultCallback: ExportCallback): void {
      try {
        write(printableMetrics(metrics));
        resultCallback(exported);
      } catch (error) {
        resultCallback(notExported(error));
      }
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
  };
}

function printableMetrics(metrics: ResourceMetrics): string {
  return metrics.scopeMetrics
    .flatMap((scopeMetrics) => scopeMetrics.metrics)
    .map(({ descriptor, dataPointType, dataPoints }) =>
      inspect({ descriptor, dataPointType, dataPoints }, { depth: null }),
    )
    .map((text) => `${text}\n`)
    .join('');
}

/** A pipe may take less than it is given. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    written += writeSync(STDOUT, bytes, written);
  }
}
