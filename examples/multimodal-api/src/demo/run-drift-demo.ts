import { setTimeout as delay } from 'node:timers/promises';
import type { Holdout } from '../replay/holdout.ts';
import { startReplay } from '../replay/replay.ts';
import { readSeries } from '../smoke/scraped-series.ts';
import { ACTS, type Act } from './acts.ts';
import { driftedHoldout } from './drifted-holdout.ts';
import { readDrift, type DriftReading } from './drift-reading.ts';
import type { Screen } from './screen.ts';

export interface DriftDemo {
  readonly serviceUrl: string;
  readonly metricsUrl: string;
  readonly holdout: Holdout;
  readonly requestsPerSecond: number;
  readonly lookEveryMs: number;
  readonly actTimeoutMs: number;
  readonly random: () => number;
  readonly screen: Screen;
}

/** Plays all acts against a service that runs. @returns whether each came out as expected */
export async function runDriftDemo(demo: DriftDemo): Promise<boolean> {
  const { screen, holdout, random } = demo;
  const traffic = { ordinary: holdout, drifted: driftedHoldout(holdout, random) };
  let before: DriftReading | undefined;
  for (const act of ACTS) {
    screen.say(`traffic: ${act.what}`);
    const replay = startReplay(demo.serviceUrl, traffic[act.traffic], {
      requestsPerSecond: demo.requestsPerSecond,
      // At once: labels are to keep up with panes of a fraction of a second.
      feedbackDelayMs: 0,
      random,
      report: (message) => screen.say(message),
    });
    try {
      before = await watchAct(act, before, demo);
    } finally {
      await replay.stop();
    }
    if (before === undefined) return false;
  }
  return true;
}

/** Looks until all that is expected has been seen. @returns the last reading, or undefined if the time was up before */
async function watchAct(
  act: Act,
  before: DriftReading | undefined,
  { metricsUrl, lookEveryMs, actTimeoutMs, screen }: DriftDemo,
): Promise<DriftReading | undefined> {
  const deadline = performance.now() + actTimeoutMs;
  const told = new Set<number>();
  for (;;) {
    const reading = readDrift(readSeries(await (await fetch(metricsUrl)).text()));
    screen.show(reading);
    const met = act.expectations.map(({ isMet }) => isMet(reading, before));
    // What is so already when ordinary traffic begins is worth no word before all of it is.
    for (const [index, { what }] of act.expectations.entries()) {
      if (met[index] === true && !told.has(index) && (act.traffic === 'drifted' || met.every(Boolean))) {
        told.add(index);
        screen.say(`  seen: ${what}`);
      }
    }
    if (met.every(Boolean)) return reading;
    if (performance.now() > deadline) {
      const missing = act.expectations.filter((_, index) => met[index] !== true).map(({ what }) => what);
      screen.say(`not within ${actTimeoutMs / 1000} s: ${missing.join('; ')}`);
      return undefined;
    }
    await delay(lookEveryMs);
  }
}
