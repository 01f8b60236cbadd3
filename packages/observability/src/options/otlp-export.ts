import type { EnvironmentReader } from './environment-reader.ts';
import { intervalRange, resolveExportPace } from './export-pace.ts';
import { type OptionReader, printableChoices, remedy } from './option-reader.ts';
import { checkHeaderVariables, resolveHeaders } from './otlp-headers.ts';
import { DEFAULT_OTLP_URL, belowBareBase, belowBase, parseHttpUrl, printableUrl } from './otlp-url.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { printableValue } from '../errors/printable-value.ts';
import type { ResolvedOtlp, Temporality } from './resolved-options.ts';

/** As the OTLP specification has it. */
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;

const temporalities: readonly Temporality[] = ['cumulative', 'delta', 'lowmemory'];
const compressions = ['none', 'gzip'] as const;

/** Where gRPC listens, which answers nothing to our requests. */
const GRPC_PORT = '4317';

const urlRequirement = 'must be an http or https URL, such as http://localhost:4318';

const signalVariable = (name: string): string => `OTEL_EXPORTER_OTLP_METRICS_${name}`;
const commonVariable = (name: string): string => `OTEL_EXPORTER_OTLP_${name}`;

/**
 * @returns false where the address in the variables cannot be used: then there is nowhere to send to
 * @throws ConfigurationError for the first option that is wrong
 */
export function resolveOtlp(options: OptionReader, environment: EnvironmentReader): ResolvedOtlp | false {
  const pace = resolveExportPace(
    options.integer('intervalMs', intervalRange, { variable: 'OTEL_METRIC_EXPORT_INTERVAL' }),
    environment,
  );
  const requestTimeoutMs = resolveRequestTimeout(options, environment);
  const temporality = resolveTemporality(options, environment);
  const compression = resolveCompression(options, environment);
  const headers = resolveHeaders(options);
  // Last, as nothing else of OTLP matters where there is no address.
  const url = resolveUrl(options, environment);
  if (url === undefined) {
    return false;
  }
  checkHeaderVariables(environment);
  checkProtocol(url, environment);
  return {
    url,
    headers,
    temporality,
    compression,
    ...pace,
    requestTimeoutMs: Math.min(requestTimeoutMs, pace.exportTimeoutMs),
    ...tlsFiles(environment),
  };
}

function resolveUrl(options: OptionReader, environment: EnvironmentReader): string | undefined {
  const given = options.value('url');
  if (given !== undefined) {
    const url = typeof given === 'string' ? parseHttpUrl(given) : undefined;
    if (url === undefined) {
      throw new ConfigurationError({
        option: options.path('url'),
        requirement: urlRequirement,
        received: typeof given === 'string' ? printableUrl(given) : given,
        remedy: remedy(options.path('url'), { variable: commonVariable('ENDPOINT') }),
      });
    }
    return belowBareBase(url);
  }
  return urlFromEnvironment(environment);
}

function urlFromEnvironment(environment: EnvironmentReader): string | undefined {
  const signal = environment.text(signalVariable('ENDPOINT'));
  const common = environment.text(commonVariable('ENDPOINT'));
  const signalUrl = signal === undefined ? undefined : parseHttpUrl(signal);
  if (signalUrl !== undefined) {
    return signalUrl.href;
  }
  const commonUrl = common === undefined ? undefined : parseHttpUrl(common);
  if (signal !== undefined) {
    const instead = commonUrl === undefined ? 'not exporting over OTLP' : `using ${commonVariable('ENDPOINT')}`;
    environment.warn(signalVariable('ENDPOINT'), urlRequirement, instead, printableValue(printableUrl(signal)));
  }
  if (commonUrl !== undefined) {
    return belowBase(commonUrl);
  }
  if (common !== undefined) {
    const shown = printableValue(printableUrl(common));
    environment.warn(commonVariable('ENDPOINT'), urlRequirement, 'not exporting over OTLP', shown);
  }
  return signal === undefined && common === undefined ? DEFAULT_OTLP_URL : undefined;
}

function resolveRequestTimeout(options: OptionReader, environment: EnvironmentReader): number {
  const given = options.integer(
    'timeoutMs',
    { min: 1, max: intervalRange.max },
    { variable: commonVariable('TIMEOUT') },
  );
  if (given !== undefined) {
    return given;
  }
  const range = { min: 1, max: intervalRange.max };
  return (
    environment.integer(signalVariable('TIMEOUT'), range, 'ignoring it') ??
    environment.integer(commonVariable('TIMEOUT'), range, 'ignoring it') ??
    DEFAULT_REQUEST_TIMEOUT_MS
  );
}

function resolveTemporality(options: OptionReader, environment: EnvironmentReader): Temporality {
  const variable = signalVariable('TEMPORALITY_PREFERENCE');
  return (
    options.choice('temporality', temporalities, { variable }) ??
    environment.choice(variable, temporalities, 'using cumulative') ??
    'cumulative'
  );
}

function resolveCompression(options: OptionReader, environment: EnvironmentReader): 'none' | 'gzip' {
  return (
    options.choice('compression', compressions, { variable: commonVariable('COMPRESSION') }) ??
    environment.choice(signalVariable('COMPRESSION'), compressions, 'ignoring it') ??
    environment.choice(commonVariable('COMPRESSION'), compressions, 'ignoring it') ??
    'none'
  );
}

/** The exporter speaks http/protobuf alone, which every OTLP receiver must take on its HTTP port. */
function checkProtocol(url: string, environment: EnvironmentReader): void {
  const signal = signalVariable('PROTOCOL');
  const variable = environment.text(signal) === undefined ? commonVariable('PROTOCOL') : signal;
  const protocol = environment.text(variable)?.toLowerCase();
  if (protocol === undefined || protocol === 'http/protobuf') {
    return;
  }
  const port =
    new URL(url).port === GRPC_PORT ? `; port ${GRPC_PORT} is usually the one for gRPC, 4318 that for HTTP` : '';
  environment.warn(
    variable,
    `must be ${printableChoices(['http/protobuf'])}`,
    `sending http/protobuf to ${printableUrl(url)}${port}`,
  );
}

type TlsFiles = Pick<ResolvedOtlp, 'certificateFile' | 'clientCertificateFile' | 'clientKeyFile'>;

function tlsFiles(environment: EnvironmentReader): TlsFiles {
  const file = (name: string): string | undefined =>
    environment.text(signalVariable(name)) ?? environment.text(commonVariable(name));
  const certificateFile = file('CERTIFICATE');
  const clientCertificateFile = file('CLIENT_CERTIFICATE');
  const clientKeyFile = file('CLIENT_KEY');
  return {
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(clientCertificateFile === undefined ? {} : { clientCertificateFile }),
    ...(clientKeyFile === undefined ? {} : { clientKeyFile }),
  };
}
