import type { Judged, Recorded } from './children/drift.ts';
import { type MeasuringProcess, startMeasuringProcess } from './measure/child-process.ts';
import { median } from './measure/statistics.ts';
import { type LibraryName, libraryNames } from './peers/library.ts';
import { bytes, milliseconds, nanoseconds } from './report/units.ts';
import type { Scenario, ScenarioContext, ScenarioResult } from './scenario.ts';

const WITHOUT = 'inferometer';
const LIBRARIES = [WITHOUT, 'inferometer-reference', 'inferometer-features'] as const satisfies readonly LibraryName[];

const MODELS = 100;

/** What the project promises. */
const MORE_NANOSECONDS = 15;
const EVALUATION_MS = 10;
const EVENTS = 10_000_000;
/** What V8 compiles and forgets meanwhile; a tenth of a byte an event would be ten times as much. */
const GROWTH_BYTES = 100_000;

const EFFORTS = {
  full: { generations: 5, warmUpCalls: 600_000, rounds: 8, calls: 1_500_000, panes: 200, events: EVENTS },
  quick: { generations: 2, warmUpCalls: 300_000, rounds: 4, calls: 500_000, panes: 100, events: 1_000_000 },
  tiny: { generations: 1, warmUpCalls: 2000, rounds: 2, calls: 2000, panes: 3, events: 10_000 },
} as const;

export const drift: Scenario = { name: 'drift', title: 'Drift: counting, and judging 100 models', run };

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const { generations, rounds, panes, events } = EFFORTS[context.effort];
  const nanosecondsPerCall = LIBRARIES.map((): number[] => []);
  for (let generation = 0; generation < generations; generation++) {
    context.progress(`recording, ${generation + 1} of ${generations}`, generation / (generations + 1));
    await measureGeneration(nanosecondsPerCall, context);
  }
  context.progress('judging', generations / (generations + 1));
  const judged = await ask<Judged>(context, { kind: 'judge', models: MODELS, panes });
  const recorded = await recordMany(context, events);
  return resultOf(nanosecondsPerCall, judged, recorded, generations * rounds, events);
}

/** The same rounds for all, in turn, in processes of their own. */
async function measureGeneration(nanosecondsPerCall: number[][], context: ScenarioContext): Promise<void> {
  const { warmUpCalls, rounds, calls } = EFFORTS[context.effort];
  const processes: MeasuringProcess[] = [];
  try {
    for (const library of LIBRARIES) {
      const process = startMeasuringProcess('record.ts', [library], context.nodeFlags);
      processes.push(process);
      await process.request<number>({ kind: 'record', calls: warmUpCalls });
      await process.request<number>({ kind: 'record', calls: warmUpCalls });
    }
    for (let round = 0; round < rounds; round++) {
      for (const [place, process] of processes.entries()) {
        const elapsed = await process.request<number>({ kind: 'record', calls });
        nanosecondsPerCall[place]!.push(elapsed / calls);
      }
    }
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

async function ask<Answer>(context: ScenarioContext, request: object): Promise<Answer> {
  const process = startMeasuringProcess('drift.ts', [], context.nodeFlags);
  try {
    return await process.request<Answer>(request);
  } finally {
    await process.end();
  }
}

async function recordMany(context: ScenarioContext, events: number): Promise<Recorded> {
  const process = startMeasuringProcess('drift.ts', [], [...context.nodeFlags, '--expose-gc']);
  try {
    await process.request<Recorded>({ kind: 'record', events: Math.ceil(events / 10) });
    return await process.request<Recorded>({ kind: 'record', events });
  } finally {
    await process.end();
  }
}

function resultOf(
  nanosecondsPerCall: readonly (readonly number[])[],
  judged: Judged,
  recorded: Recorded,
  rounds: number,
  events: number,
): ScenarioResult {
  const without = nanosecondsPerCall[0]!;
  const rows = LIBRARIES.map((library, place) => {
    const own = nanosecondsPerCall[place]!;
    const more = median(own.map((value, round) => value - without[round]!));
    return { library, label: libraryNames[library], own, median: median(own), more };
  });
  const evaluationMs = judged.millisecondsPerPane;
  const growthBytes = recorded.afterBytes - recorded.beforeBytes;
  const more = rows[1]!.more;
  return {
    scenario: 'drift',
    title: drift.title,
    explanation:
      'Nanoseconds for recording one inference into five series, without references, with one for each of five models ' +
      '(class and confidence), and with three numeric features too. The difference is the median over the rounds of the ' +
      `same round. Then: closing a pane of all signals of ${MODELS} models at once (3 signals of 20 bins each), and the ` +
      'memory in use after many events.',
    settings: { rounds, events },
    table: {
      columns: ['', 'median', 'more than without'],
      rows: rows.map((row) => [row.label, nanoseconds(row.median), nanoseconds(row.more)]),
    },
    measurements: rows.map((row, place) => ({
      library: row.label,
      values: {
        medianNanoseconds: row.median,
        moreNanoseconds: row.more,
        nanosecondsPerCall: row.own,
        ...(place === 1 ? { evaluationMs, stateBytes: judged.stateBytes, growthBytes } : undefined),
      },
    })),
    requirements: [
      {
        text: `a reference costs trackInference() less than ${MORE_NANOSECONDS} ns`,
        measured: nanoseconds(more),
        met: more < MORE_NANOSECONDS,
      },
      {
        text: `${MODELS} models are judged in less than ${EVALUATION_MS} ms, off the main thread`,
        measured: milliseconds(evaluationMs),
        met: evaluationMs < EVALUATION_MS,
      },
      {
        text: `memory does not grow over ${events.toLocaleString('en-US')} events`,
        measured: `${bytes(growthBytes)} more; panes, alerts and counts of a model take ${bytes(judged.stateBytes)}`,
        met: growthBytes < GROWTH_BYTES,
      },
    ],
    chart: {
      title: 'Recording one inference, with references for drift',
      subtitle: 'nanoseconds, median; shorter is better',
      bars: rows.map((row) => ({
        label: row.label,
        value: row.median,
        text: nanoseconds(row.median),
        highlighted: row.library === 'inferometer-reference',
      })),
    },
  };
}
