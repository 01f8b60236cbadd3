import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { median } from './measure/statistics.ts';
import { libraryNames, peers } from './peers/library.ts';
import { milliseconds } from './report/units.ts';
import type { Scenario, ScenarioContext } from './scenario.ts';
import { startups, startupScript } from './workload/startups.ts';

const LIBRARIES = ['inferometer', ...peers] as const satisfies readonly (keyof typeof startups)[];

/** What the project promises. */
const HELD_MS = 40;

const EFFORTS = { full: { rounds: 15 }, quick: { rounds: 5 }, tiny: { rounds: 1 } } as const;

interface Startup {
  /** From before the import to when the call has returned. */
  readonly heldMs: number;
  /** Of that, what the main thread computed: without waiting for disks, and for other processes. */
  readonly heldCpuMs: number;
  /** From before the import to the end of the first answer of the endpoint. */
  readonly answeredMs: number;
}

export const startup: Scenario = {
  name: 'startup',
  title: 'Starting up',
  async run(context) {
    const { rounds } = EFFORTS[context.effort];
    const measured = new Map(LIBRARIES.map((library) => [library, [] as Startup[]]));
    for (const library of LIBRARIES) {
      // Once for nothing: files come from the disk, afterwards from memory.
      await startOnce(library, context);
    }
    for (let round = 0; round < rounds; round++) {
      context.progress(`round ${round + 1} of ${rounds}`, round / rounds);
      for (const library of LIBRARIES) {
        measured.get(library)!.push(await startOnce(library, context));
      }
    }
    const rows = LIBRARIES.map((library) => {
      const starts = measured.get(library)!;
      return {
        library,
        label: libraryNames[library],
        heldMs: starts.map(({ heldMs }) => heldMs),
        heldCpuMs: starts.map(({ heldCpuMs }) => heldCpuMs),
        answeredMs: starts.map(({ answeredMs }) => answeredMs),
      };
    });
    const ours = median(rows[0]!.heldMs);
    return {
      scenario: 'startup',
      title: startup.title,
      explanation:
        'In a fresh process: how long the import and the set-up of five metrics and an endpoint hold the main thread (for ours, ' +
        '`import` and `initObservability()`), and when the endpoint has given its first answer. Medians.',
      settings: { rounds },
      table: {
        columns: ['library', 'main thread held', 'fastest', 'computing', 'first answer'],
        rows: rows.map((row) => [
          row.label,
          milliseconds(median(row.heldMs)),
          milliseconds(Math.min(...row.heldMs)),
          milliseconds(median(row.heldCpuMs)),
          milliseconds(median(row.answeredMs)),
        ]),
      },
      measurements: rows.map(({ label, heldMs, heldCpuMs, answeredMs }) => ({
        library: label,
        values: { heldMs, heldCpuMs, answeredMs },
      })),
      requirements: [
        {
          text: `initObservability() holds the main thread for less than ${HELD_MS} ms, import included`,
          measured: milliseconds(ours),
          met: ours < HELD_MS,
        },
      ],
      chart: {
        title: 'Main thread held at the start, import included',
        subtitle: 'milliseconds, median; shorter is better',
        bars: rows.map((row) => ({
          label: row.label,
          value: median(row.heldMs),
          text: milliseconds(median(row.heldMs)),
          highlighted: row.library === 'inferometer',
        })),
      },
    };
  },
};

async function startOnce(library: keyof typeof startups, context: ScenarioContext): Promise<Startup> {
  const script = startupScript(startups[library]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...context.nodeFlags, '--input-type=module', '--eval', script],
    // Packages are looked for from here.
    { cwd: import.meta.dirname },
  );
  return JSON.parse(stdout) as Startup;
}
