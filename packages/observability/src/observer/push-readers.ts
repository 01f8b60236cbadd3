import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ResolvedOptions } from '../options/resolved-options.ts';
import type { PushReader } from './otlp/push-reader.ts';

/**
 * The readers that push, as far as the options ask for them; what is not asked for is not even imported.
 *
 * @param resumedAtMs when an observer takes over from one that ended: what was counted before is not pushed as a delta
 */
export async function createPushReaders(
  options: ResolvedOptions,
  metricProducers: MetricProducer[],
  onExport: (exporter: 'otlp' | 'console', arrived: boolean) => void,
  resumedAtMs: number | undefined,
): Promise<readonly PushReader[]> {
  const readers: PushReader[] = [];
  if (options.otlp !== false) {
    const { createOtlpReader } = await import('./otlp/otlp-reader.ts');
    readers.push(
      await createOtlpReader(options.otlp, {
        metricProducers,
        onExport: (result) => onExport('otlp', result.ok),
        ...(resumedAtMs === undefined ? undefined : { resumedAtMs }),
      }),
    );
  }
  if (options.console !== false) {
    const { createConsoleReader } = await import('./otlp/console-reader.ts');
    readers.push(
      createConsoleReader(options.console, {
        metricProducers,
        onExport: (result) => onExport('console', result.ok),
      }),
    );
  }
  return readers;
}
