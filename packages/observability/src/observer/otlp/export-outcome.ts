import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';

/** What an exporter says when it is done; the type is `@opentelemetry/core`'s, which is not for us to depend on. */
export type ExportOutcome = Parameters<Parameters<PushMetricExporter['export']>[1]>[0];

export type ExportCallback = (outcome: ExportOutcome) => void;

// Members of ExportResultCode as numbers.
const SUCCESS: ExportOutcome['code'] = 0;
const FAILED: ExportOutcome['code'] = 1;

export const exported: ExportOutcome = { code: SUCCESS };

export function notExported(cause: unknown): ExportOutcome {
  return { code: FAILED, error: cause instanceof Error ? cause : new Error(String(cause)) };
}

export function isExported(outcome: ExportOutcome): boolean {
  return outcome.code === SUCCESS;
}
