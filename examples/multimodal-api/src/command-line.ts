import { parseArgs } from 'node:util';

export interface RunOptions {
  readonly host: string;
  readonly port: number;
  /** Left out, the OpenTelemetry variables or the SDK's default decide. */
  readonly metricsPort: number | undefined;
  readonly replay: boolean;
  /** For demonstrations: how long a pane of the drift detection lasts at least, instead of a minute. */
  readonly driftPaneMs: number | undefined;
}

export type Command =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string };

const HELP = `Usage: node src/main.ts [options]

Serves two small models and tells how they behave.

  --port <number>          port of the service, 0 for any free one (default 8080)
  --metrics-port <number>  port that Prometheus scrapes, 0 for any free one (default 9090)
  --host <address>         address that the service listens on (default 127.0.0.1)
  --no-replay              send no example requests
  --drift-pane-ms <number> judge drift every so often instead of every minute, to watch it (10 to 60000)
  --help                   show this
`;

/** Reads the arguments that follow the script's name. */
export function parseCommandLine(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8080' },
        'metrics-port': { type: 'string' },
        // Other machines reach the service only if somebody asks for that.
        host: { type: 'string', default: '127.0.0.1' },
        replay: { type: 'boolean', default: true },
        'drift-pane-ms': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) return { kind: 'help', text: HELP };
    const metricsPort = values['metrics-port'];
    const paneMs = values['drift-pane-ms'];
    return {
      kind: 'run',
      options: {
        host: values.host,
        port: parsePort('--port', values.port),
        metricsPort: metricsPort === undefined ? undefined : parsePort('--metrics-port', metricsPort),
        replay: values.replay,
        driftPaneMs: paneMs === undefined ? undefined : parsePaneMs(paneMs),
      },
    };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

function parsePort(name: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new RangeError(`${name} must be an integer from 0 to 65535, received "${value}"`);
}

function parsePaneMs(value: string): number {
  const paneMs = Number(value);
  if (/^\d+$/.test(value) && paneMs >= 10 && paneMs <= 60_000) return paneMs;
  throw new RangeError(`--drift-pane-ms must be an integer from 10 to 60000, received "${value}"`);
}
