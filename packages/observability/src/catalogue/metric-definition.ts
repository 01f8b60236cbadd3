import { type NamedKind, prometheusName } from './prometheus-names.ts';

/**
 * What a metric is; it decides how writers of one series add up and which OpenTelemetry data point leaves. A ratio
 * leaves as a gauge: its numerators and denominators are added up over the writers before they are divided. A mirrored
 * counter, or up-down counter, is one that somebody else keeps (a driver, the kernel) and tells as a total: it is set as
 * a gauge is, can be absent, ends with its writer, and leaves as a counter, or up-down counter.
 */
export type MetricKind =
  | 'counter'
  | 'mirroredCounter'
  | 'upDownCounter'
  | 'mirroredUpDownCounter'
  | 'gauge'
  | 'ratio'
  | 'histogram';

/** One metric of the catalogue. The name and the unit are OpenTelemetry's; the Prometheus name follows from them. */
export interface MetricDefinition {
  /** OpenTelemetry instrument name, e.g. `inference.latency`. */
  readonly name: string;
  /** What Prometheus knows it by, e.g. `inference_latency_seconds`. */
  readonly prometheusName: string;
  readonly kind: MetricKind;
  /** UCUM unit, e.g. `s`, `By`, `%`; empty where the metric counts things. */
  readonly unit: string;
  readonly description: string;
  /** Labels that the metric always has; labels that the user declares come on top where `userLabels` is set. */
  readonly labels: readonly string[];
  /** Whether the labels of `options.labels` apply to it. */
  readonly userLabels: boolean;
}

/** A definition with the Prometheus name that follows from the rest. */
export function defineMetric(metric: Omit<MetricDefinition, 'prometheusName'>): MetricDefinition {
  const { name, unit, kind } = metric;
  let translated: string | undefined;
  return {
    ...metric,
    // Few are ever asked for it, and all are made while the main thread starts (bench `startup`).
    get prometheusName(): string {
      translated ??= prometheusName({ name, unit, kind: namedKind(kind) });
      return translated;
    },
  };
}

function namedKind(kind: MetricKind): NamedKind {
  switch (kind) {
    case 'ratio':
      return 'gauge';
    case 'mirroredCounter':
      return 'counter';
    case 'mirroredUpDownCounter':
      return 'upDownCounter';
    default:
      return kind;
  }
}
