import { type ExportedMetric, exportedMetrics } from '../../prometheus/source/exported-metrics.ts';

const metrics: ReadonlyMap<string, ExportedMetric> = new Map(
  exportedMetrics().map((exported) => [exported.openTelemetryName, exported]),
);

/**
 * A metric of the packages by its OpenTelemetry name, so that no dashboard can ask for one that no package has.
 * @throws Error where there is none of that name
 */
export function metric(name: string): ExportedMetric {
  const found = metrics.get(name);
  if (found === undefined) {
    throw new Error(`no package exports a metric named ${name}; dashboards name metrics as the catalogue does`);
  }
  return found;
}
