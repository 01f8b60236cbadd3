import type { MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import type { ResolvedOptions } from '../options/resolved-options.ts';

/** A reader that exports by itself, at its interval. */
export interface PushReader {
  readonly reader: MetricReader;
  flush(timeoutMs: number): Promise<void>;
}

/** The readers that push, as far as the options ask for them; what is not asked for is not even imported. */
export async function createPushReaders(
  options: ResolvedOptions,
  metricProducers: MetricProducer[],
  onExport: (exporter: 'otlp' | 'console', arrived: boolean) => void,
): Promise<readonly PushReader[]> {
  const readers: PushReader[] = [];
  if (options.otlp !== false) {
    const { createOtlpReader } = await import('./otlp/otlp-reader.ts');
    readers.push(
      await createOtlpReader(options.otlp, { metricProducers, onExport: (result) => onExport('otlp', result.ok) }),
    );
  }
  if (options.console !== false) {
    const { createConsoleReader } = await import('./otlp/console-reader.ts');
    readers.push(createConsoleReader(options.console, { metricProducers }));
  }
  return readers;
}
