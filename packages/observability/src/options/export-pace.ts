import type { EnvironmentReader } from './environment-reader.ts';
import type { IntegerRange } from './option-reader.ts';

/** How often a pushing exporter exports, and how long it may take for it. */
export interface ExportPace {
  readonly intervalMs: number;
  /** At most `intervalMs`, which the SDK's periodic reader insists on. */
  readonly exportTimeoutMs: number;
}

/** As often as Prometheus scrapes by default, so that a rate over a minute means the same on both ways. */
const DEFAULT_INTERVAL_MS = 15_000;

/** As the specification has it. */
const DEFAULT_EXPORT_TIMEOUT_MS = 30_000;

/** From what a test wants to a day. */
export const intervalRange: IntegerRange = { min: 10, max: 86_400_000 };

const intervalVariable = 'OTEL_METRIC_EXPORT_INTERVAL';
const timeoutVariable = 'OTEL_METRIC_EXPORT_TIMEOUT';

/** @param givenIntervalMs interval from code, where there is one */
export function resolveExportPace(givenIntervalMs: number | undefined, environment: EnvironmentReader): ExportPace {
  const intervalMs =
    givenIntervalMs ??
    environment.integer(intervalVariable, intervalRange, `exporting every ${DEFAULT_INTERVAL_MS} ms`) ??
    DEFAULT_INTERVAL_MS;
  const timeoutMs = environment.integer(
    timeoutVariable,
    { min: 1, max: intervalRange.max },
    `using ${Math.min(DEFAULT_EXPORT_TIMEOUT_MS, intervalMs)} ms`,
  );
  return { intervalMs, exportTimeoutMs: Math.min(timeoutMs ?? DEFAULT_EXPORT_TIMEOUT_MS, intervalMs) };
}
