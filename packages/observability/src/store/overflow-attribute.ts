/** The attribute by which OpenTelemetry marks what went over a limit; `otel_metric_overflow` in Prometheus. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';
