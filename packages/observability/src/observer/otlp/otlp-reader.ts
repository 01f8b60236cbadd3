import { readFileSync } from 'node:fs';
import { AggregationTemporality, type MetricProducer, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { printableUrl } from '../../options/otlp-url.ts';
import type { ResolvedOtlp } from '../../options/resolved-options.ts';
import { version } from '../../version.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createProblemLog, type ProblemLog } from '../problem-log.ts';
import { createCumulativeToDelta } from './cumulative-to-delta.ts';
import { createExportConnections, type ExportConnections } from './export-agent.ts';
import { createPushReader, type PushReader } from './push-reader.ts';
import { createSupervisedExporter, type ExportReport } from './supervised-exporter.ts';
import { readTlsFiles } from './tls-files.ts';

/** Options of {@link createOtlpReader}. */
export interface OtlpReaderOptions {
  /** What is exported besides the instruments of the MeterProvider that the reader is given to; all cumulative. */
  readonly metricProducers: readonly MetricProducer[];
  /** Called after each export. */
  readonly onExport?: (report: ExportReport) => void;
  /** When this observer took over from another one of this process; see `CumulativeToDeltaOptions`. */
  readonly resumedAtMs?: number | undefined;
  readonly clock?: Clock;
  /** Where failures are told, at most once a minute; default OpenTelemetry's `diag`. */
  readonly log?: ProblemLog;
  readonly readFile?: (path: string) => Buffer;
}

/**
 * A reader that pushes to a collector or backend over OTLP, as protobuf over HTTP. A collector that is dead, slow or
 * answers with errors harms nothing: each export has its time and is cut off after it, none keeps the process alive, and
 * what did not arrive is carried by the next one, in delta temporality too.
 *
 * The exporter reads OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_METRICS_HEADERS from the process itself;
 * everything else is in `otlp`. It is imported here, so that who exports nothing over OTLP does not pay for it.
 */
export async function createOtlpReader(otlp: ResolvedOtlp, options: OtlpReaderOptions): Promise<PushReader> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createProblemLog(clock);
  const connections = createExportConnections(readTlsFiles(otlp, options.readFile ?? readFileSync, log));
  const exporter = await createExporter(otlp, connections);
  const isDelta = otlp.temporality !== 'cumulative';
  const { resumedAtMs } = options;
  return createPushReader({
    exporter: createSupervisedExporter(isDelta ? createCumulativeToDelta(exporter, { resumedAtMs, log }) : exporter, {
      destination: printableUrl(otlp.url),
      timeoutMs: otlp.requestTimeoutMs,
      abort: connections.cut,
      lastAnswer: connections.lastAnswer,
      onExport: options.onExport ?? ignore,
      clock,
      log,
    }),
    metricProducers: options.metricProducers,
    intervalMs: otlp.intervalMs,
    exportTimeoutMs: otlp.exportTimeoutMs,
    clock,
    log,
  });
}

async function createExporter(otlp: ResolvedOtlp, connections: ExportConnections): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
  type Configuration = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;
  const configuration: Configuration = {
    url: otlp.url,
    headers: { ...otlp.headers },
    timeoutMillis: otlp.requestTimeoutMs,
    // An enumeration of a package that is not ours to depend on; its members are these words.
    compression: otlp.compression as NonNullable<Configuration['compression']>,
    temporalityPreference: AggregationTemporality.CUMULATIVE,
    httpAgentOptions: (protocol) => connections.agentFor(protocol),
    userAgent: `Inferometer/${version}`,
  };
  return withoutRetries(new OTLPMetricExporter(configuration));
}

/**
 * The exporter tries again within one export, on timers that keep the process alive for seconds while a collector is
 * down. The next export is the better retry: it carries everything, and newer. There is no option for this, so the
 * transport that retries is taken out from around the one that sends; where a later version is built differently,
 * nothing happens but that it retries, and a test tells.
 */
function withoutRetries<Exporter extends PushMetricExporter>(exporter: Exporter): Exporter {
  const { _delegate: delegate } = exporter as { _delegate?: Transporting };
  const sending = delegate?._transport?._transport;
  if (delegate !== undefined && sending !== undefined) {
    delegate._transport = sending;
  }
  return exporter;
}

/** Sends by something else, which may send by something else again. */
interface Transporting {
  _transport?: Transporting;
}

function ignore(): void {
  // Nobody counts.
}
