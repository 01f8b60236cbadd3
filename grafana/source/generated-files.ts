import type { GeneratedFile } from '../../prometheus/source/generated-files.ts';
import { dashboards } from './dashboards.ts';
import { dashboardsPage } from './dashboards-page.ts';

/** Everything that `npm run generate` writes for Grafana. */
export function generatedFiles(): readonly GeneratedFile[] {
  const files = Object.entries(dashboards()).map(([name, dashboard]) => ({
    path: `grafana/dashboards/${name}.json`,
    text: `${JSON.stringify(dashboard, undefined, 2)}\n`,
  }));
  return [...files, { path: 'docs/dashboards.md', text: dashboardsPage() }];
}
