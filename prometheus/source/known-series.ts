import { exportedMetrics } from './exported-metrics.ts';
import { promqlNames } from './promql-names.ts';

/** Series that a rule or a panel can ask for, with all labels that they can have. */
export interface KnownSeries {
  /** The labels of a series; `undefined` where there is no such series. */
  labelsOf(series: string): ReadonlySet<string> | undefined;
}

/** A series that others make, with its labels. */
const FOREIGN: readonly (readonly [series: string, labels: readonly string[]])[] = [
  ['up', []],
  ['scrape_duration_seconds', []],
  ['otelcol_exporter_queue_size', ['exporter', 'data_type']],
  ['otelcol_exporter_queue_capacity', ['exporter', 'data_type']],
  ['otelcol_exporter_send_failed_metric_points_total', ['exporter']],
  ['otelcol_exporter_enqueue_failed_metric_points_total', ['exporter']],
];

/** On every series that Prometheus has from a target. */
const TARGET = ['job', 'instance'] as const;

/** What `exporter` tells: past a limit, every metric with labels can have it. */
const OVERFLOW = 'otel_metric_overflow';

/** A recording rule: what it is called, and what of. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/**
 * All series there are: those of the metric catalogue, what Prometheus and the collector add, and what `recordings`
 * record, whose labels are those of what they are recorded of.
 */
export function knownSeries(recordings: readonly Recording[]): KnownSeries {
  const known = new Map<string, Set<string>>();
  for (const { name, type, labels } of exportedMetrics()) {
    const own = new Set([...TARGET, ...labels, OVERFLOW]);
    if (type === 'histogram') {
      known
        .set(`${name}_bucket`, new Set([...own, 'le']))
        .set(`${name}_sum`, own)
        .set(`${name}_count`, own);
    } else {
      known.set(name, own);
    }
  }
  for (const [name, labels] of FOREIGN) {
    known.set(name, new Set([...TARGET, ...labels]));
  }
  const recorded = new Map<string, string[]>();
  for (const { record, expr } of recordings) {
    recorded.set(record, [...(recorded.get(record) ?? []), expr]);
  }
  return {
    labelsOf(series) {
      const expressions = recorded.get(series);
      const found = known.get(series);
      if (found !== undefined || expressions === undefined) {
        return found;
      }
      const labels = new Set<string>();
      // Set before it is full: a rule of itself would be asked for without end.
      known.set(series, labels);
      for (const expression of expressions) {
        for (const label of labelsIn(expression, this)) {
          labels.add(label);
        }
      }
      return labels;
    },
  };
}

/** All labels that the series of an expression can have. */
export function labelsIn(expression: string, series: KnownSeries): ReadonlySet<string> {
  const labels = new Set<string>();
  for (const { name } of promqlNames(expression).metrics) {
    for (const label of series.labelsOf(name) ?? []) {
      labels.add(label);
    }
  }
  return labels;
}

/** What of an expression no series has: a metric, or a label of one; empty where all is known. */
export function unknownNames(expression: string, series: KnownSeries): readonly string[] {
  const { metrics, groupingLabels } = promqlNames(expression);
  const all = labelsIn(expression, series);
  return [
    ...metrics.filter(({ name }) => series.labelsOf(name) === undefined).map(({ name }) => name),
    ...metrics.flatMap(({ name, matchedLabels }) => {
      const labels = series.labelsOf(name);
      return labels === undefined
        ? []
        : matchedLabels.filter((label) => !labels.has(label)).map((label) => `${name}{${label}}`);
    }),
    ...groupingLabels.filter((label) => !all.has(label)),
  ];
}
