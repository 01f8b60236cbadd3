import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { NamedKind } from '../../catalogue/prometheus-names.ts';
import { readableBehind } from '../store-metric.ts';
import type { ExpositionFormat, FamilyHead } from './exposition-format.ts';
import { familyNaming } from './family-naming.ts';

/** Everything that is written as one family, of however many scopes and producers. */
export interface MetricFamily extends FamilyHead {
  /** The first description that is not empty. */
  help: string;
  readonly parts: MetricData[];
}

/**
 * Puts metrics together by Prometheus name, in the order in which they come. The first metric of a name decides its
 * type; a later one that does not fit is left out and told in `problems`, and so is one whose series would carry a
 * name that another family writes, such as a counter `x_count` beside a histogram `x`. A metric of the user's that has
 * the name of one of ours is written, and told.
 *
 * @param format decides which names a family takes
 * @param takenNames names that the caller writes itself
 */
export function groupFamilies(
  scopeMetrics: readonly ScopeMetrics[],
  format: ExpositionFormat,
  takenNames: readonly string[],
  problems: string[],
): MetricFamily[] {
  const families = new Map<string, MetricFamily>();
  const ownerOfName = new Map<string, string>(takenNames.map((name) => [name, name]));
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const refusal = refusalOf(metric, format, families, ownerOfName, problems);
      if (refusal !== undefined) {
        problems.push(
          `the metric ${quoted(metric.descriptor?.name)} of scope ${quoted(scope.name)} is left out: ${refusal}`,
        );
      }
    }
  }
  for (const family of families.values()) {
    tellIntruders(family, scopeMetrics, problems);
  }
  return [...families.values()];
}

/** Sums over a family of ours are wrong where others write into it; only who named their metric can mend that. */
function tellIntruders({ name, parts }: MetricFamily, scopeMetrics: readonly ScopeMetrics[], problems: string[]): void {
  const ours = parts.length > 1 ? parts.find((metric) => readableBehind(metric) !== undefined) : undefined;
  if (ours === undefined) {
    return;
  }
  for (const metric of parts) {
    // The same metric from elsewhere has the same words: of our other packages on a meter of the user's, of the conventions.
    const isOurs =
      readableBehind(metric) !== undefined || metric.descriptor.description === ours.descriptor.description;
    if (!isOurs) {
      const scope = scopeMetrics.find(({ metrics }) => metrics.includes(metric))?.scope.name;
      problems.push(
        `the metric ${quoted(metric.descriptor.name)} of scope ${quoted(scope)} has the name of Inferometer's own ${name}, so its series stand among ours and change their sums; give it another name`,
      );
    }
  }
}

/** A name of unknown origin as part of a message. */
function quoted(name: unknown): string {
  // Long enough for any real name, short enough for a log line.
  return JSON.stringify(String(name).slice(0, 120));
}

function refusalOf(
  metric: MetricData,
  format: ExpositionFormat,
  families: Map<string, MetricFamily>,
  ownerOfName: Map<string, string>,
  problems: string[],
): string | undefined {
  try {
    // The points of the store's metrics are made when somebody looks at them, which is what is to be avoided here.
    const isEmpty = readableBehind(metric) === undefined && metric.dataPoints.length === 0;
    return isEmpty ? undefined : place(metric, format, families, ownerOfName, problems);
  } catch {
    return 'it is no metric of the OpenTelemetry SDK';
  }
}

function place(
  metric: MetricData,
  format: ExpositionFormat,
  families: Map<string, MetricFamily>,
  ownerOfName: Map<string, string>,
  problems: string[],
): string | undefined {
  const kind = kindOf(metric);
  if (kind === undefined) {
    return 'its kind is unknown to Prometheus';
  }
  if (kind !== 'gauge' && metric.aggregationTemporality !== AggregationTemporality.CUMULATIVE) {
    return 'Prometheus needs cumulative values, and its producer tells differences';
  }
  const { descriptor } = metric;
  const { name, unit } = familyNaming(descriptor, kind);
  if (name === '') {
    return 'its name has no letter or digit';
  }
  const type = kind === 'upDownCounter' ? 'gauge' : kind;
  const family = families.get(name);
  if (family === undefined) {
    const names = format.namesOf(name, type);
    const taken = names.find((candidate) => ownerOfName.has(candidate));
    if (taken !== undefined) {
      return `its series ${taken} belong to the metric ${ownerOfName.get(taken)}, which came first`;
    }
    for (const owned of names) {
      ownerOfName.set(owned, name);
    }
    families.set(name, { name, type, unit, help: descriptor.description, parts: [metric] });
    return undefined;
  }
  if (family.type !== type) {
    return `${name} is a ${family.type} already, and it is a ${type}`;
  }
  if (family.help === '') {
    family.help = descriptor.description;
  } else if (descriptor.description !== '' && descriptor.description !== family.help) {
    problems.push(`the metric ${name} has several descriptions, of which the first is written`);
  }
  family.parts.push(metric);
  return undefined;
}

function kindOf(metric: MetricData): NamedKind | undefined {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'upDownCounter';
    case DataPointType.GAUGE:
      return 'gauge';
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'histogram';
    default:
      return undefined;
  }
}
