import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { barChart } from './report/bar-chart.ts';
import { withResults } from './report/docs-page.ts';
import { keptResults } from './results.ts';

const PAGE = new URL('../docs/benchmarks.md', import.meta.url);
const IMAGES = new URL('../docs/images/', import.meta.url);

/** Draws the charts and fills in the tables of docs/benchmarks.md from the last results. */
export function drawDocs(): void {
  const results = keptResults();
  mkdirSync(IMAGES, { recursive: true });
  for (const { scenario, chart } of Object.values(results)) {
    writeFileSync(new URL(`bench-${scenario}.svg`, IMAGES), barChart(chart));
  }
  writeFileSync(PAGE, withResults(readFileSync(PAGE, 'utf8'), results));
}
