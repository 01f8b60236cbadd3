import { type MeasuringProcess, startMeasuringProcess } from './measure/child-process.ts';
import { median, medianRatio, spread } from './measure/statistics.ts';
import { type LibraryName, libraryNames, peers } from './peers/library.ts';
import { decimals, nanoseconds, times } from './report/units.ts';
import type { Requirement, Scenario, ScenarioContext, ScenarioResult } from './scenario.ts';

/** Of each library, for five series. */
const OURS = 'inferometer';
const HAND_WRITTEN = 'hand-written';
const LIBRARIES: readonly LibraryName[] = [
  OURS,
  'inferometer-native',
  'inferometer-traced',
  HAND_WRITTEN,
  'hand-written-binary',
  ...peers,
];

/** What the project promises. */
const TIMES_FASTER_THAN_PEERS = 20;
const TIMES_SLOWER_THAN_HAND_WRITTEN = 2;

const EFFORTS = {
  // V8 compiles within the first tens of thousands of calls; the slowest library needs a second for a million.
  full: { generations: 5, warmUpCalls: 600_000, rounds: 6, roundMs: 120 },
  quick: { generations: 2, warmUpCalls: 300_000, rounds: 3, roundMs: 60 },
  tiny: { generations: 1, warmUpCalls: 2000, rounds: 2, roundMs: 1 },
} as const;

/** One library, and what was measured of it. */
interface Contestant {
  readonly library: LibraryName;
  readonly nanosecondsPerCall: number[];
}

/** One life of a contestant. */
interface Runner {
  readonly contestant: Contestant;
  readonly process: MeasuringProcess;
  readonly callsPerRound: number;
  calls: number;
}

export const record: Scenario = {
  name: 'record',
  title: 'Recording one inference: five series',
  async run(context) {
    const { generations, rounds } = EFFORTS[context.effort];
    const contestants = LIBRARIES.map((library): Contestant => ({ library, nanosecondsPerCall: [] }));
    for (let generation = 0; generation < generations; generation++) {
      const told: ScenarioContext = {
        ...context,
        progress: (what, share) => context.progress(what, (generation + share) / generations),
      };
      await runGeneration(contestants, told);
    }
    return resultOf(contestants, generations * rounds);
  },
};

/**
 * All rounds of one set of processes. Several sets, because each process has its own seed for the hashes of texts, and so
 * more or less luck with its maps: a tenth of the time, for any library.
 */
async function runGeneration(contestants: readonly Contestant[], context: ScenarioContext): Promise<void> {
  const { rounds } = EFFORTS[context.effort];
  const steps = contestants.length + rounds;
  const runners: Runner[] = [];
  try {
    for (const [place, contestant] of contestants.entries()) {
      context.progress(`warming up ${libraryNames[contestant.library]}`, place / steps);
      runners.push(await warmedUp(contestant, context));
    }
    for (let round = 0; round < rounds; round++) {
      context.progress(`round ${round + 1} of ${rounds}`, (contestants.length + round) / steps);
      await runRound(runners, round);
    }
    await expectAllCounted(runners);
  } finally {
    await Promise.all(runners.map((runner) => runner.process.end()));
  }
}

async function warmedUp(contestant: Contestant, context: ScenarioContext): Promise<Runner> {
  const { warmUpCalls, roundMs } = EFFORTS[context.effort];
  const process = startMeasuringProcess('record.ts', [contestant.library], context.nodeFlags);
  await process.request<number>({ kind: 'record', calls: warmUpCalls / 2 });
  const elapsed = await process.request<number>({ kind: 'record', calls: warmUpCalls / 2 });
  // The clock of a thread may have ticks of a millisecond.
  const callsPerRound = Math.round((roundMs * 1e6 * warmUpCalls) / 2 / Math.max(elapsed, 1e6));
  return { contestant, process, callsPerRound, calls: warmUpCalls };
}

/** Each library once. The one that begins changes from round to round, and so does who follows whom in time. */
async function runRound(runners: readonly Runner[], round: number): Promise<void> {
  for (let turn = 0; turn < runners.length; turn++) {
    const runner = runners[(turn + round) % runners.length]!;
    const calls = runner.callsPerRound;
    const elapsed = await runner.process.request<number>({ kind: 'record', calls });
    runner.contestant.nanosecondsPerCall.push(Math.max(elapsed, 1) / calls);
    runner.calls += calls;
    // Prometheus comes by now and then: what a library does for its readers is part of what it costs.
    await runner.process.request<number>({ kind: 'count' });
  }
}

/** A library that is fast because it loses counts is not fast. */
async function expectAllCounted(runners: readonly Runner[]): Promise<void> {
  for (const { contestant, process, calls } of runners) {
    const counted = await process.request<number>({ kind: 'count' });
    if (counted !== calls) {
      throw new Error(`${libraryNames[contestant.library]} counted ${counted} of ${calls} requests.`);
    }
  }
}

function resultOf(contestants: readonly Contestant[], rounds: number): ScenarioResult {
  const ours = contestants[0]!.nanosecondsPerCall;
  const rows = contestants.map(({ library, nanosecondsPerCall }) => ({
    library,
    label: libraryNames[library],
    nanosecondsPerCall,
    median: median(nanosecondsPerCall),
    ratio: medianRatio(nanosecondsPerCall, ours),
  }));
  const byTime = rows.toSorted((left, right) => left.median - right.median);
  return {
    scenario: 'record',
    title: record.title,
    explanation:
      'Nanoseconds for recording one inference into five series: a request, its latency, its confidence, its class and its ' +
      'batch size. Within sampled spans, the trace becomes the exemplar of the latency bucket; entering the span ' +
      'is in the time. Native histograms count the latency by an exponential grid too. The ratio is the median over the rounds of this library divided by ours of the ' +
      'same round.',
    settings: { rounds },
    table: {
      columns: ['library', 'median', 'fastest round', 'spread', 'times ours'],
      rows: byTime.map((row) => [
        row.label,
        nanoseconds(row.median),
        nanoseconds(Math.min(...row.nanosecondsPerCall)),
        `${decimals(100 * spread(row.nanosecondsPerCall), 0)} %`,
        times(row.ratio),
      ]),
    },
    measurements: rows.map((row) => ({
      library: row.label,
      values: {
        medianNanoseconds: row.median,
        timesOurs: row.ratio,
        nanosecondsPerCall: row.nanosecondsPerCall,
      },
    })),
    requirements: [
      ...peers.map((peer): Requirement => {
        const { label, ratio } = rows.find(({ library }) => library === peer)!;
        return {
          text: `at least ${TIMES_FASTER_THAN_PEERS} times faster than ${label}`,
          measured: `${times(ratio)} faster`,
          met: ratio >= TIMES_FASTER_THAN_PEERS,
        };
      }),
      withinHandWritten(rows.find(({ library }) => library === HAND_WRITTEN)!.ratio),
    ],
    chart: {
      title: 'Recording one inference into five series',
      subtitle: 'nanoseconds, median; shorter is better',
      bars: byTime.map((row) => ({
        label: row.label,
        value: row.median,
        text: nanoseconds(row.median),
        highlighted: row.library === OURS,
      })),
    },
  };
}

function withinHandWritten(ratio: number): Requirement {
  return {
    text: `within ${TIMES_SLOWER_THAN_HAND_WRITTEN} times of a hand-written loop over the same slots`,
    measured: `${times(1 / ratio)} its time`,
    met: 1 / ratio <= TIMES_SLOWER_THAN_HAND_WRITTEN,
  };
}
