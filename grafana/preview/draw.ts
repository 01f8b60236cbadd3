// Draws the dashboards' pictures for docs/dashboards.md from what a Prometheus answers to their queries:
//   node --conditions=@inferometer/source grafana/preview/draw.ts http://localhost:9090 15
// for the last 15 minutes, or those before a third argument such as 2026-11-23T12:00:00Z, of a Prometheus with the rules of prometheus/rules.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { dashboards } from '../source/dashboards.ts';
import { readDashboard } from './committed-dashboard.ts';
import { dashboardPicture } from './dashboard-picture.ts';

/** Points in a chart: no more than its pixels could show. */
const POINTS = 90;

const [address = 'http://localhost:9090', minutes = '15', end] = parseArgs({ allowPositionals: true }).positionals;
const toSeconds = Math.floor((end === undefined ? Date.now() : Date.parse(end)) / 1000);
const stepSeconds = Math.ceil((60 * Number(minutes)) / POINTS);
const time = { fromSeconds: toSeconds - 60 * Number(minutes), toSeconds, stepSeconds };

for (const name of Object.keys(dashboards())) {
  const path = `docs/images/dashboard-${name}.svg`;
  await writeFile(
    new URL(`../../${path}`, import.meta.url),
    await dashboardPicture(readDashboard(name), address, time),
  );
  console.log(path);
}
