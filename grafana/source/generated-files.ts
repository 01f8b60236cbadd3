import type { GeneratedFile } from '../../prometheus/source/generated-files.ts';
import { dashboards } from './dashboards.ts';

/** Everything that `npm run generate` writes for Grafana. */
export function generatedFiles(): readonly GeneratedFile[] {
  return Object.entries(dashboards()).map(([name, dashboard]) => ({
    path: `grafana/dashboards/${name}.json`,
    text: `${JSON.stringify(dashboard, undefined, 2)}\n`,
  }));
}
