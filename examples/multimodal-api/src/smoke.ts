import { setTimeout as delay } from 'node:timers/promises';
import { readHoldout } from './replay/holdout.ts';
import { checkSeries } from './smoke/checks.ts';
import type { Check } from './smoke/checks.ts';
import { startChildService } from './smoke/child-service.ts';
import { readSeries } from './smoke/scraped-series.ts';
import { sendTraffic } from './smoke/traffic.ts';
import type { ModelType, Tally } from './smoke/traffic.ts';

/** CPU is known only after an interval of 10 seconds. */
const SCRAPE_DEADLINE_MS = 15_000;
const SCRAPE_INTERVAL_MS = 250;

const service = await startChildService();
let checks: Check[] = [];
try {
  const tallies = await sendTraffic(service.url, await readHoldout());
  checks = [...checkAnswers(tallies), ...(await scrapeUntilRight(service.metricsUrl, tallies))];
} finally {
  const code = await service.stop();
  checks.push({ what: 'exit code after SIGTERM', expected: 0, received: Number(code), passed: code === 0 });
}
printTable(checks);
const failed = checks.filter(({ passed }) => !passed).length;
console.log(failed === 0 ? `\nAll ${checks.length} checks passed.` : `\n${failed} of ${checks.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function checkAnswers(tallies: Record<ModelType, Tally>): Check[] {
  return Object.entries(tallies).map(([modelType, { surprises }]) => {
    for (const surprise of surprises) console.error(surprise);
    const { length } = surprises;
    return {
      what: `${modelType}: answers with an unexpected status`,
      expected: 0,
      received: length,
      passed: length === 0,
    };
  });
}

/** What was recorded may reach the endpoint a moment after the answer; what is wrong stays wrong. */
async function scrapeUntilRight(metricsUrl: string, tallies: Record<ModelType, Tally>): Promise<Check[]> {
  const deadline = performance.now() + SCRAPE_DEADLINE_MS;
  for (;;) {
    const response = await fetch(metricsUrl);
    const found = checkSeries(readSeries(await response.text()), tallies);
    if (found.every(({ passed }) => passed) || performance.now() > deadline) return found;
    await delay(SCRAPE_INTERVAL_MS);
  }
}

function printTable(rows: readonly Check[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, expected, received, passed } of rows) {
    const found = passed && typeof expected === 'number' ? '' : `, found ${received ?? 'nothing'}`;
    console.log(`${passed ? 'ok  ' : 'FAIL'} ${what.padEnd(width)}  ${expected}${found}`);
  }
}
