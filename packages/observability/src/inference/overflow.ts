/** The attribute by which OpenTelemetry marks what went over a limit; `otel_metric_overflow` in Prometheus. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';

/** Stands for all values over a limit where series are looked up; no label value can be equal to it. */
export const OVERFLOW_KEY: unique symbol = Symbol('overflow');
