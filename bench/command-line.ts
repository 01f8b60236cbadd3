import { parseArgs } from 'node:util';

/** How much is measured. `tiny` is for tests of the benchmarks themselves: its numbers say nothing. */
export type Effort = 'full' | 'quick' | 'tiny';

export interface RunOptions {
  /** Names of the scenarios to run. */
  readonly only: readonly string[];
  readonly effort: Effort;
  /** Whether to build the packages first. */
  readonly build: boolean;
  /** Whether results, charts and tables are written, which the numbers of a short run are not worth. */
  readonly keep: boolean;
}

export type Command =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'draw' }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string };

function help(scenarios: readonly string[]): string {
  return `Usage: npm run bench -- [options]

Measures @inferometer/observability against its peers, prints the ratios, and writes them to bench/results/.

  --only <scenario>  run only this one; may be given several times: ${scenarios.join(', ')}
  --quick            a tenth of the time, rougher numbers, nothing written
  --no-build         measure the build that is there
  --draw             no measuring: charts and tables of docs/benchmarks.md anew from bench/results/
  --help             show this
`;
}

/** Reads the arguments that follow the script's name. */
export function parseCommandLine(args: readonly string[], scenarios: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        build: { type: 'boolean', default: true },
        draw: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) {
      return { kind: 'help', text: help(scenarios) };
    }
    if (values.draw) {
      return { kind: 'draw' };
    }
    const unknown = values.only.find((name) => !scenarios.includes(name));
    if (unknown !== undefined) {
      throw new Error(`--only must be one of ${scenarios.join(', ')}, received "${unknown}".`);
    }
    return {
      kind: 'run',
      options: {
        only: values.only.length === 0 ? scenarios : scenarios.filter((name) => values.only.includes(name)),
        effort: values.quick ? 'quick' : 'full',
        build: values.build,
        keep: !values.quick,
      },
    };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}
