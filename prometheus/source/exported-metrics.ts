import { driftMetricDefinitions } from '@inferometer/drift-metrics';
import { GPU_PROBE_UP, GPU_SERIES, type GpuSeries, HARDWARE_SERIES } from '@inferometer/gpu-metrics';
import { metricCatalogue } from '../../packages/observability/src/catalogue/metric-catalogue.ts';
import type { MetricKind } from '../../packages/observability/src/catalogue/metric-definition.ts';
import {
  type NamedKind,
  prometheusLabelName,
  prometheusName,
} from '../../packages/observability/src/catalogue/prometheus-names.ts';
import { TALKATIVE_GPU } from './talkative-gpu.ts';

/** Parts of docs/METRICS.md, in their order. */
export type MetricGroup =
  | 'inference'
  | 'drift'
  | 'resources'
  | 'gpu'
  | 'nodejs'
  | 'inferometer'
  | 'gpu-by-semantic-conventions';

/** A metric as Prometheus knows it, scraped or pushed. */
export interface ExportedMetric {
  /** E.g. `inference_latency_seconds`; the series of a histogram end in `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  /** E.g. `inference.latency`. */
  readonly openTelemetryName: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** UCUM; empty where there is none. */
  readonly unit: string;
  readonly description: string;
  /** All that a series of it can have, but for `job`, `instance` and what the user declares. */
  readonly labels: readonly string[];
  /** Whether labels that the user declares apply to it. */
  readonly userLabels: boolean;
  readonly group: MetricGroup;
}

/** Every metric that the packages of this repository export, each name once. */
export function exportedMetrics(): readonly ExportedMetric[] {
  const metrics = new Map<string, ExportedMetric>();
  for (const metric of [...catalogued(), ...ofDrift(), ...ofGpus()]) {
    const known = metrics.get(metric.name);
    metrics.set(metric.name, known === undefined ? metric : joined(known, metric));
  }
  return [...metrics.values()];
}

/** Several packages export it, each with some of the labels: as a user has it who uses all. */
function joined(metric: ExportedMetric, other: ExportedMetric): ExportedMetric {
  return { ...metric, labels: [...new Set([...metric.labels, ...other.labels])].toSorted() };
}

function catalogued(): ExportedMetric[] {
  return metricCatalogue.map((metric) => ({
    name: metric.prometheusName,
    openTelemetryName: metric.name,
    type: typeOf(metric.kind),
    unit: metric.unit,
    description: metric.description,
    labels: metric.labels.map((label) => prometheusLabelName(label)),
    userLabels: metric.userLabels,
    group: groupOf(metric.name),
  }));
}

function ofDrift(): ExportedMetric[] {
  return driftMetricDefinitions.map((definition) => exported(definition, definition.labels, 'drift'));
}

function ofGpus(): ExportedMetric[] {
  return [
    exported({ ...GPU_PROBE_UP, kind: 'gauge' }, [], 'gpu'),
    ...GPU_SERIES.map((series) => exported(series, labelsOf(series), 'gpu')),
    ...HARDWARE_SERIES.map((series) => exported(series, labelsOf(series), 'gpu-by-semantic-conventions')),
  ];
}

interface Definition {
  readonly name: string;
  readonly kind: NamedKind;
  readonly unit: string;
  readonly description: string;
}

function exported(definition: Definition, labels: readonly string[], group: MetricGroup): ExportedMetric {
  const { name, kind, unit, description } = definition;
  return {
    name: prometheusName({ name, kind, unit }),
    openTelemetryName: name,
    type: typeOf(kind),
    unit,
    description,
    labels: labels.map((label) => prometheusLabelName(label)),
    userLabels: false,
    group,
  };
}

/** The package has no list of labels: what a device that tells everything shows is it. */
function labelsOf(series: GpuSeries): string[] {
  const labels = new Set(series.points(TALKATIVE_GPU).flatMap(({ attributes }) => Object.keys(attributes)));
  if (labels.size === 0) {
    throw new Error(`${series.name} has no point for a device that tells everything; complete talkative-gpu.ts.`);
  }
  return [...labels];
}

function typeOf(kind: MetricKind): ExportedMetric['type'] {
  switch (kind) {
    case 'counter':
    case 'mirroredCounter':
      return 'counter';
    case 'histogram':
      return 'histogram';
    default:
      return 'gauge';
  }
}

function groupOf(name: string): MetricGroup {
  const [first = ''] = name.split('.', 1);
  switch (first) {
    case 'drift':
      return 'drift';
    case 'gpu':
      return 'gpu';
    case 'cpu':
    case 'memory':
      return 'resources';
    case 'nodejs':
    case 'v8js':
      return 'nodejs';
    case 'inferometer':
      return 'inferometer';
    default:
      return 'inference';
  }
}
