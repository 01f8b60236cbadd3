import { ConfigurationError } from '../errors/configuration-error.ts';
import { printableValue } from '../errors/printable-value.ts';
import type { EnvironmentReader } from './environment-reader.ts';
import { optionPath } from './option-path.ts';
import { type OptionReader, plainObject, remedy } from './option-reader.ts';
import type { ResourceAttributes } from './resolved-options.ts';

const variable = 'OTEL_RESOURCE_ATTRIBUTES';

/**
 * Attributes from code.
 * @throws ConfigurationError for a name or a value that no attribute can have
 */
export function resourceAttributesFromOptions(options: OptionReader): ResourceAttributes {
  const given = options.value('resourceAttributes');
  if (given === undefined) {
    return {};
  }
  const path = options.path('resourceAttributes');
  const attributes = Object.entries(plainObject(given, path)).filter(([, value]) => value !== undefined);
  for (const [name, value] of attributes) {
    if (name.trim() === '') {
      throw new ConfigurationError({ option: path, requirement: 'must not have an empty name', remedy: remedy(path) });
    }
    if (!isAttributeValue(value)) {
      throw new ConfigurationError({
        option: optionPath(path, name),
        requirement: 'must be a text, a finite number or a boolean',
        received: value,
        remedy: remedy(path, { variable }),
      });
    }
  }
  return Object.fromEntries(attributes) as ResourceAttributes;
}

function isAttributeValue(value: unknown): value is string | number | boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' || typeof value === 'boolean';
}

/**
 * Attributes of OTEL_RESOURCE_ATTRIBUTES: `name=value` with commas between, percent-encoded. As the specification has
 * it, one entry that cannot be read discards them all, with a warning.
 */
export function resourceAttributesFromEnvironment(environment: EnvironmentReader): Readonly<Record<string, string>> {
  const attributes: [string, string][] = [];
  for (const entry of (environment.text(variable) ?? '').split(',')) {
    if (entry.trim() === '') {
      continue;
    }
    const attribute = readEntry(entry);
    if (attribute === undefined) {
      const requirement = 'must be a list of name=value, percent-encoded, with commas between';
      environment.warn(variable, requirement, 'ignoring all of it', printableValue(entry.trim()));
      return {};
    }
    attributes.push(attribute);
  }
  return Object.fromEntries(attributes);
}

function readEntry(entry: string): [string, string] | undefined {
  const parts = entry.split('=');
  const [name, value] = parts.map((part) => part.trim());
  if (parts.length !== 2 || name === undefined || value === undefined || name === '') {
    return undefined;
  }
  try {
    return [decodeURIComponent(name), decodeURIComponent(value)];
  } catch {
    return undefined;
  }
}
