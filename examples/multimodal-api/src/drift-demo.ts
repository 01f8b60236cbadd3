// Shows what drift looks like: starts the service with short panes, changes its traffic and changes it back.
// Run: npm run drift-demo [-- --pane-ms 500 --requests-per-second 150]
import { parseArgs } from 'node:util';
import { runDriftDemo } from './demo/run-drift-demo.ts';
import { createScreen } from './demo/screen.ts';
import { readHoldout } from './replay/holdout.ts';
import { startChildService } from './smoke/child-service.ts';

/** Far beyond what an act takes on a slow machine. */
const ACT_TIMEOUT_MS = 90_000;

const { values } = parseArgs({
  options: {
    'pane-ms': { type: 'string', default: '500' },
    'requests-per-second': { type: 'string', default: '150' },
  },
});
const paneMs = Number(values['pane-ms']);
const requestsPerSecond = Number(values['requests-per-second']);
if (!(paneMs >= 10 && paneMs <= 60_000) || !(requestsPerSecond >= 1 && requestsPerSecond <= 1000)) {
  console.error('drift-demo: --pane-ms must be from 10 to 60000, --requests-per-second from 1 to 1000.');
  process.exit(2);
}

const screen = createScreen(process.stdout, () => performance.now());
const service = await startChildService(['--drift-pane-ms', String(paneMs)], (line) => {
  if (line.startsWith('drift alert:')) screen.say(line);
});
let isAsExpected = false;
try {
  screen.say(`service ${service.url}, metrics ${service.metricsUrl}, panes of ${paneMs} ms`);
  isAsExpected = await runDriftDemo({
    serviceUrl: service.url,
    metricsUrl: service.metricsUrl,
    holdout: await readHoldout(),
    requestsPerSecond,
    lookEveryMs: Math.min(500, paneMs),
    actTimeoutMs: ACT_TIMEOUT_MS,
    random: Math.random,
    screen,
  });
} finally {
  screen.close();
  await service.stop();
}
console.log(isAsExpected ? 'All as expected.' : 'Not all came out as expected.');
process.exitCode = isAsExpected ? 0 : 1;
