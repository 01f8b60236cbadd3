import { ConfigurationError } from '../errors/configuration-error.ts';
import type { EnvironmentReader } from './environment-reader.ts';
import { optionPath } from './option-path.ts';
import { type OptionReader, plainObject, remedy } from './option-reader.ts';

const headersVariables = ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'] as const;

/** A token of RFC 9110, which Node.js takes as a header's name. */
const validName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const validValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/**
 * Headers from code. Values are never shown: they are keys to other people's backends.
 * @throws ConfigurationError for what no request could carry
 */
export function resolveHeaders(options: OptionReader): Readonly<Record<string, string>> {
  const given = options.value('headers');
  if (given === undefined) {
    return {};
  }
  const path = options.path('headers');
  const headers = Object.entries(plainObject(given, path)).filter(([, value]) => value !== undefined);
  for (const [name, value] of headers) {
    if (!validName.test(name)) {
      throw refused(optionPath(path, name), 'must have a name that is valid in HTTP', path);
    }
    if (typeof value !== 'string' || !validValue.test(value)) {
      throw refused(optionPath(path, name), 'must be a text without line breaks or characters beyond latin1', path);
    }
  }
  return Object.fromEntries(headers) as Record<string, string>;
}

function refused(option: string, requirement: string, path: string): ConfigurationError {
  return new ConfigurationError({ option, requirement, remedy: remedy(path, { variable: headersVariables[1] }) });
}

/** Warns about header variables. The exporter reads them itself, and passes over entries that it cannot read. */
export function checkHeaderVariables(environment: EnvironmentReader): void {
  for (const variable of headersVariables) {
    const entries = (environment.text(variable) ?? '').split(',').filter((entry) => entry.trim() !== '');
    if (!entries.every(isHeaderEntry)) {
      const requirement = 'must be a list of name=value, percent-encoded, with commas between';
      environment.warn(variable, requirement, 'leaving out what is not', null);
    }
  }
}

function isHeaderEntry(entry: string): boolean {
  const separator = entry.indexOf('=');
  try {
    return separator > 0 && validName.test(decodeURIComponent(entry.slice(0, separator).trim()));
  } catch {
    return false;
  }
}
