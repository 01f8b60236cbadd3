import { parseArgs } from 'node:util';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { initObservability } from '../init-observability.ts';
import type { Observability } from '../observability.ts';
import type { ObservabilityOptions } from '../options/observability-options.ts';
import { resolveOptions } from '../options/resolve-options.ts';
import { processSurroundings } from '../options/surroundings.ts';
import { version } from '../version.ts';
import { UsageError } from './usage-error.ts';
import { wholeNumber } from './whole-number.ts';

const HELP = `inferometer serve: export host and GPU metrics for Prometheus, without an application

Usage: inferometer serve [options]

Options:
  --port <number>      port to listen on, 0 for any free one (default: OTEL_EXPORTER_PROMETHEUS_PORT, else 9090)
  --host <address>     address to listen on (default: OTEL_EXPORTER_PROMETHEUS_HOST, else 0.0.0.0)
  --interval <seconds> time between samples (default: 10)
  -h, --help           show this text

It serves until it is ended by SIGINT or SIGTERM. OTEL_* variables work as in an application; for example,
OTEL_METRICS_EXPORTER=prometheus,otlp pushes as well.
`;

/** Stands in for the package.json of an application: there is none, whatever folder the command is run in. */
const OWN_PACKAGE = JSON.stringify({ name: 'inferometer', version });

/** Serves processor, memory and process metrics until a signal comes. @returns the exit code */
export async function serve(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const nothing = whyNothing();
  if (nothing !== undefined) {
    process.stderr.write(`inferometer: ${nothing}.\n`);
    return 1;
  }
  let observability: Observability;
  try {
    observability = initObservability(options);
  } catch (error) {
    if (ConfigurationError.isInstance(error)) {
      throw new UsageError(error.message);
    }
    throw error;
  }
  try {
    const { metricsUrl } = await observability.ready;
    process.stdout.write(
      metricsUrl === undefined
        ? 'Host metrics are pushed; OTEL_METRICS_EXPORTER asks for no endpoint. End with Ctrl-C.\n'
        : `Host metrics are served on ${metricsUrl}. End with Ctrl-C.\n`,
    );
  } catch {
    // What went wrong was logged by the library; here nobody would serve anything else meanwhile.
    await observability.shutdown();
    return 1;
  }
  await untilSignal();
  await observability.shutdown();
  return 0;
}

/** Why the environment leaves nothing to serve; `undefined` where it does not. */
function whyNothing(): string | undefined {
  const { disabled, prometheus, otlp, console } = resolveOptions(undefined, process.env).options;
  if (disabled) {
    return 'OTEL_SDK_DISABLED is set, so there is nothing to serve';
  }
  return prometheus === false && otlp === false && console === false
    ? 'OTEL_METRICS_EXPORTER names no exporter, so there is nobody to serve'
    : undefined;
}

function readOptions(args: string[]): ObservabilityOptions | undefined {
  const values = parse(args);
  if (values.help === true) {
    return undefined;
  }
  return {
    resourceAttributes: ownService(),
    ...(values.port === undefined && values.host === undefined
      ? undefined
      : {
          prometheus: {
            ...(values.port === undefined ? undefined : { port: wholeNumber('--port', values.port, 0, 65_535) }),
            ...(values.host === undefined ? undefined : { host: values.host }),
          },
        }),
    globalMeterProvider: false,
    resources: {
      ...(values.interval === undefined
        ? undefined
        : { intervalMs: wholeNumber('--interval', values.interval, 1, 86_400) * 1000 }),
      hostMetrics: { groups: ['system.cpu', 'system.memory', 'process.cpu', 'process.memory'] },
    },
  };
}

/** What the variables say of the service, and what we are where they say nothing. */
function ownService(): Readonly<Record<string, string>> {
  const surroundings = { ...processSurroundings(), readFile: () => OWN_PACKAGE };
  const { resourceAttributes } = resolveOptions(undefined, process.env, surroundings).options;
  const names = ['service.name', 'service.version'] as const;
  return Object.fromEntries(names.map((name) => [name, String(resourceAttributes[name])]));
}

interface ServeFlags {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly interval?: string | undefined;
  readonly help?: boolean | undefined;
}

function parse(args: string[]): ServeFlags {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        interval: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      strict: true,
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.replace(/\.$/, '')}; see inferometer serve --help.`);
  }
}

/** Settled by the first SIGINT or SIGTERM. The timer keeps the process alive, which the library never does. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 2 ** 30);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}
