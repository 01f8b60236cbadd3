import type { EnvironmentReader } from './environment-reader.ts';
import type { OptionReader } from './option-reader.ts';

/** Which exporters run. */
export interface ExporterSelection {
  readonly prometheus: boolean;
  readonly otlp: boolean;
  readonly console: boolean;
}

const variable = 'OTEL_METRICS_EXPORTER';

const exporterNames = ['prometheus', 'otlp', 'console'] as const;

/** Variables that ask for OTLP by being set: who gives a collector's address wants metrics there. */
const endpointVariables = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] as const;

/**
 * Options decide about their own exporter; of the others OTEL_METRICS_EXPORTER decides; where that is unset, the
 * Prometheus endpoint runs, and OTLP where a collector's address is set.
 */
export function selectExporters(options: OptionReader, environment: EnvironmentReader): ExporterSelection {
  const named = exportersNamed(environment);
  const consoleGiven = options.boolean('console');
  return {
    prometheus: isAskedFor(options.value('prometheus')) ?? named.prometheus,
    otlp: isAskedFor(options.value('otlp')) ?? named.otlp,
    console: consoleGiven ?? named.console,
  };
}

function isAskedFor(option: unknown): boolean | undefined {
  return option === undefined ? undefined : option !== false;
}

function exportersNamed(environment: EnvironmentReader): ExporterSelection {
  const names = namesIn(environment);
  if (names.has('none')) {
    if (names.size > 1) {
      environment.warn(variable, 'must have "none" alone or not at all', 'exporting nowhere');
    }
    return { prometheus: false, otlp: false, console: false };
  }
  const known = exporterNames.filter((name) => names.has(name));
  if (known.length < names.size) {
    environment.warn(
      variable,
      'must be a list of "prometheus", "otlp" and "console", or "none"',
      known.length === 0 ? 'ignoring it' : `exporting to ${known.join(' and ')} alone`,
    );
  }
  if (known.length === 0) {
    const otlp = endpointVariables.some((endpoint) => environment.text(endpoint) !== undefined);
    return { prometheus: true, otlp, console: false };
  }
  return {
    prometheus: known.includes('prometheus'),
    otlp: known.includes('otlp'),
    console: known.includes('console'),
  };
}

function namesIn(environment: EnvironmentReader): ReadonlySet<string> {
  const names = (environment.text(variable) ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== ''));
}
