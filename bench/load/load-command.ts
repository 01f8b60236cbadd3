import { parseArgs } from 'node:util';

export interface LoadOptions {
  /** Pairs of runs: one service with instrumentation and one without. */
  readonly rounds: number;
  /** Of each run. */
  readonly seconds: number;
  /** Each sends its next request when the last is answered. */
  readonly connections: number;
  /** Whether to build the packages first. */
  readonly build: boolean;
}

export type LoadCommand =
  | { readonly kind: 'run'; readonly options: LoadOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string };

/** With them a run takes a minute and a half. */
const DEFAULTS = { rounds: '8', seconds: '5', connections: '8' };

const HELP = `Usage: npm run load -- [options]

Drives the example service with autocannon, once as it is and once with OTEL_SDK_DISABLED=true, in turns. Prints
throughput, CPU time and latency of both, and what instrumentation costs: the median over the pairs of runs.

  --rounds <number>       pairs of runs, 1 to 100 (default ${DEFAULTS.rounds})
  --seconds <number>      length of a run, 1 to 300 (default ${DEFAULTS.seconds})
  --connections <number>  requests under way at once, 1 to 1000 (default ${DEFAULTS.connections})
  --no-build              measure the build that is there
  --help                  show this

The exit code is 1 if a request failed or was not counted. Other work on the machine makes the spread wide: a cost whose
middle half reaches from below 0 to above is smaller than what this run can tell.
`;

/** Reads the arguments that follow the script's name. */
export function parseLoadCommand(args: readonly string[]): LoadCommand {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string', default: DEFAULTS.rounds },
        seconds: { type: 'string', default: DEFAULTS.seconds },
        connections: { type: 'string', default: DEFAULTS.connections },
        build: { type: 'boolean', default: true },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) {
      return { kind: 'help', text: HELP };
    }
    return {
      kind: 'run',
      options: {
        rounds: wholeNumber('--rounds', values.rounds, 100),
        seconds: wholeNumber('--seconds', values.seconds, 300),
        connections: wholeNumber('--connections', values.connections, 1000),
        build: values.build,
      },
    };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(name: string, value: string, largest: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= largest) {
    return number;
  }
  throw new RangeError(`${name} must be an integer from 1 to ${largest}, received "${value}".`);
}
