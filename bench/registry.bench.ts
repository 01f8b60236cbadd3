import type { RegistryReport } from './children/registry.ts';
import { type MeasuringProcess, startMeasuringProcess } from './measure/child-process.ts';
import { median, medianRatio } from './measure/statistics.ts';
import { decimals, times } from './report/units.ts';
import type { Requirement, Scenario } from './scenario.ts';

/** The label shapes of benchmarks/registry.js in prometheus/client_js, as values per label. */
const SHAPES = {
  'no labels': [],
  '1 x 64': [64],
  '2 x 4': [4, 4],
  '2 x 8': [8, 8],
  '6 x 2': [2, 2, 2, 2, 2, 2],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** The shapes for which the project promises something. */
const PROMISED: ReadonlySet<string> = new Set(['1 x 64', '6 x 2']);
const TIMES_FASTER = 3;

const EFFORTS = {
  full: { warmUpCalls: 2000, rounds: 9, callsPerRound: 300 },
  quick: { warmUpCalls: 500, rounds: 5, callsPerRound: 100 },
  tiny: { warmUpCalls: 2, rounds: 1, callsPerRound: 2 },
} as const;

const LIBRARIES = ['ours', 'client-js'] as const;

export const registry: Scenario = {
  name: 'registry',
  title: "The registries of client_js's own benchmarks",
  async run(context) {
    const { warmUpCalls, rounds, callsPerRound } = EFFORTS[context.effort];
    const rows: { shape: string; lines: number; ours: number[]; theirs: number[] }[] = [];
    for (const [place, [shape, values]] of Object.entries(SHAPES).entries()) {
      context.progress(shape, place / Object.keys(SHAPES).length);
      const processes = LIBRARIES.map((library) =>
        // Our side of the shim is not exported by the package; its sources are what the build is made of.
        startMeasuringProcess(
          'registry.ts',
          [library, JSON.stringify(values)],
          [...context.nodeFlags, '--conditions=@inferometer/source'],
        ),
      ) as [MeasuringProcess, MeasuringProcess];
      const row = { shape, lines: 0, ours: [] as number[], theirs: [] as number[] };
      try {
        for (const process of processes) {
          await process.request<RegistryReport>({ calls: warmUpCalls });
        }
        for (let round = 0; round < rounds; round++) {
          const [ours, theirs] = [
            await processes[0].request<RegistryReport>({ calls: callsPerRound }),
            await processes[1].request<RegistryReport>({ calls: callsPerRound }),
          ];
          if (ours.lines !== theirs.lines) {
            throw new Error(`The texts have ${ours.lines} and ${theirs.lines} lines.`);
          }
          row.lines = ours.lines;
          row.ours.push((1000 * ours.elapsedMs) / callsPerRound);
          row.theirs.push((1000 * theirs.elapsedMs) / callsPerRound);
        }
      } finally {
        await Promise.all(processes.map((process) => process.end()));
      }
      rows.push(row);
    }
    return {
      scenario: registry.name,
      title: registry.title,
      explanation:
        "A histogram and a counter with the label shapes of client_js's benchmarks, `registry.metrics()` against our exporter " +
        'behind instruments of the OpenTelemetry SDK, whose collection is part of the time. Median over the rounds.',
      settings: { warmUpCalls, rounds, callsPerRound },
      table: {
        columns: ['labels', 'lines', 'Inferometer', '@prometheus-io/client', 'times ours'],
        rows: rows.map(({ shape, lines, ours, theirs }) => [
          shape,
          decimals(lines, 0),
          microseconds(median(ours)),
          microseconds(median(theirs)),
          times(medianRatio(theirs, ours)),
        ]),
      },
      measurements: rows.map(({ shape, ours, theirs }) => ({
        library: shape,
        values: { oursMicroseconds: ours, theirsMicroseconds: theirs, timesOurs: medianRatio(theirs, ours) },
      })),
      requirements: rows
        .filter(({ shape }) => PROMISED.has(shape))
        .map(({ shape, ours, theirs }): Requirement => {
          const ratio = medianRatio(theirs, ours);
          return {
            text: `${TIMES_FASTER} times faster than @prometheus-io/client with labels ${shape}`,
            measured: `${times(ratio)} faster`,
            met: ratio >= TIMES_FASTER,
          };
        }),
      chart: {
        title: "The registries of client_js's own benchmarks",
        subtitle: 'microseconds for one text, median; shorter is better',
        bars: rows.flatMap(({ shape, ours, theirs }) => [
          { label: `Inferometer, ${shape}`, value: median(ours), text: microseconds(median(ours)), highlighted: true },
          {
            label: `@prometheus-io/client, ${shape}`,
            value: median(theirs),
            text: microseconds(median(theirs)),
            highlighted: false,
          },
        ]),
      },
    };
  },
};

function microseconds(value: number): string {
  return `${decimals(value, value < 100 ? 1 : 0)} µs`;
}
