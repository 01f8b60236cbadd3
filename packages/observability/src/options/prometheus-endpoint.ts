import type { EnvironmentReader } from './environment-reader.ts';
import type { OptionReader } from './option-reader.ts';
import type { ResolvedPrometheus } from './resolved-options.ts';

/** All interfaces, unlike the specification's localhost: in a pod nobody could scrape that. */
const DEFAULT_HOST = '0.0.0.0';

/** The port of the module that this one replaces. */
const DEFAULT_PORT = 9090;

const DEFAULT_ENDPOINT = '/metrics';

/** A slow model may well hold the thread for half a minute; a process that does so for a whole one should be replaced. */
const DEFAULT_LIVENESS_LIMIT_MS = 60_000;

const portRange = { min: 0, max: 65_535 };

/** Below a second a garbage collection would do; above a day it is no limit. */
const livenessRange = { min: 1_000, max: 86_400_000 };

/** Paths on which the server answers other things. */
const takenPaths: readonly string[] = ['/', '/healthz', '/livez'];

const hostVariable = 'OTEL_EXPORTER_PROMETHEUS_HOST';
const portVariable = 'OTEL_EXPORTER_PROMETHEUS_PORT';

/** @throws ConfigurationError for the first option that is wrong */
export function resolvePrometheus(options: OptionReader, environment: EnvironmentReader): ResolvedPrometheus {
  return {
    host: resolveHost(options, environment),
    port:
      options.integer('port', portRange, { variable: portVariable }) ??
      environment.integer(portVariable, portRange, `using ${DEFAULT_PORT}`) ??
      DEFAULT_PORT,
    endpoint: resolveEndpoint(options),
    livenessLimitMs: options.integer('livenessLimitMs', livenessRange) ?? DEFAULT_LIVENESS_LIMIT_MS,
    targetInfo: options.boolean('targetInfo') ?? true,
    createdTimestamps: options.boolean('createdTimestamps') ?? false,
  };
}

// A name or an address, of either family; whether it exists, listening will tell.
const hostPattern = /^[\w.:%-]{1,255}$/;

function resolveHost(options: OptionReader, environment: EnvironmentReader): string {
  const requirement = 'must be a host name or an IP address, without a port';
  const given = options.value('host');
  if (given !== undefined) {
    return isHost(given) ? given : options.refuse('host', requirement, { variable: hostVariable });
  }
  const text = environment.text(hostVariable);
  if (text === undefined || isHost(text)) {
    return text ?? DEFAULT_HOST;
  }
  environment.warn(hostVariable, requirement, `using ${DEFAULT_HOST}`);
  return DEFAULT_HOST;
}

function isHost(value: unknown): value is string {
  // `localhost:9090` has one colon, IPv6 addresses have two at least.
  return typeof value === 'string' && hostPattern.test(value) && !/^[^:]*:[^:]*$/.test(value);
}

function resolveEndpoint(options: OptionReader): string {
  const given = options.value('endpoint');
  if (given === undefined) {
    return DEFAULT_ENDPOINT;
  }
  if (typeof given !== 'string' || !/^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(given)) {
    return options.refuse('endpoint', 'must be a path that begins with a slash');
  }
  return takenPaths.includes(given) ? options.refuse('endpoint', `must not be ${takenPaths.join(', ')}`) : given;
}
