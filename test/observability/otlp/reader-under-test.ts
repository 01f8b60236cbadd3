import type { Meter } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { createOtlpReader } from '../../../packages/observability/src/observer/otlp/otlp-reader.ts';
import type { PushReader } from '../../../packages/observability/src/observer/otlp/push-reader.ts';
import type { ExportReport } from '../../../packages/observability/src/observer/otlp/supervised-exporter.ts';
import type { ProblemLog } from '../../../packages/observability/src/observer/problem-log.ts';
import type { ResolvedOtlp } from '../../../packages/observability/src/options/resolved-options.ts';

/** Longer than any test: what is exported is what the test flushes. */
const NEVER_MS = 3_600_000;

/** As long as a test may wait for what should come at once. */
export const FLUSH_MS = 5_000;

/** A reader with a MeterProvider, and what it reported. */
export interface ReaderUnderTest extends PushReader {
  readonly meter: Meter;
  readonly provider: MeterProvider;
  readonly reports: readonly ExportReport[];
  readonly messages: readonly string[];
  /** One export to the end. */
  export(): Promise<ExportReport | undefined>;
}

export async function startReader(
  settings: Partial<ResolvedOtlp> & { readonly url: string },
  metricProducers: readonly MetricProducer[] = [],
  givenLog?: ProblemLog,
): Promise<ReaderUnderTest> {
  const reports: ExportReport[] = [];
  const messages: string[] = [];
  const otlp: ResolvedOtlp = {
    headers: {},
    temporality: 'cumulative',
    compression: 'none',
    intervalMs: NEVER_MS,
    exportTimeoutMs: 30_000,
    requestTimeoutMs: 10_000,
    ...settings,
  };
  const push = await createOtlpReader(otlp, {
    metricProducers,
    onExport: (report) => reports.push(report),
    log: givenLog ?? {
      report: (_cause, message) => messages.push(message) > 0,
      recovered: (message) => messages.push(message),
    },
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'test' }),
    readers: [push.reader],
  });
  const meter = provider.getMeter('test');
  // Without any metric there is nothing to export.
  meter.createUpDownCounter('always').add(1);
  return {
    ...push,
    provider,
    meter,
    reports,
    messages,
    async export() {
      await push.flush(FLUSH_MS);
      return reports.at(-1);
    },
  };
}
