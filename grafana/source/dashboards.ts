import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { driftDashboard } from './drift-dashboard.ts';
import { mainDashboard } from './main-dashboard.ts';
import { resourceDashboard } from './resource-dashboard.ts';

/** The dashboards by the names of their files. */
export function dashboards(): Readonly<Record<string, Dashboard>> {
  return { main: mainDashboard(), resource: resourceDashboard(), drift: driftDashboard() };
}
