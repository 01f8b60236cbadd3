import { ConfigurationError } from '../errors/configuration-error.ts';
import { optionPath } from './option-path.ts';
import { type OptionReader, plainObject, readOptions } from './option-reader.ts';
import type { ResolvedLabel } from './resolved-options.ts';

/** Label sets multiply: ten labels of ten values are already more series than a Prometheus can hold. */
const MAX_LABELS = 10;

const valueRange = { min: 1, max: 10_000 };

const validName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that the metrics have, that Prometheus gives a meaning, or that a scrape adds. */
const reservedNames: ReadonlySet<string> = new Set([
  'model_type',
  'status',
  'error_code',
  'predicted_class',
  'phase',
  'outcome',
  'le',
  'quantile',
  'job',
  'instance',
]);

/** `otel_metric_overflow`, `otel_scope_name` and whatever else OpenTelemetry will add. */
const reservedPrefixes: readonly string[] = ['__', 'otel_'];

/**
 * The declared labels, in the order given.
 * @throws ConfigurationError for names that Prometheus refuses, names that are taken, and bounds out of range
 */
export function resolveLabels(options: OptionReader): readonly ResolvedLabel[] {
  const given = options.value('labels');
  if (given === undefined) {
    return [];
  }
  const labels = Object.entries(plainObject(given, options.path('labels')));
  if (labels.length > MAX_LABELS) {
    options.refuse('labels', `must be at most ${MAX_LABELS} labels`);
  }
  return labels.map(([name, label]) => resolveLabel(name, label));
}

function resolveLabel(name: string, given: unknown): ResolvedLabel {
  const path = optionPath('labels', name);
  if (!validName.test(name)) {
    throw refusedName(name, 'must be named with letters, digits and underscores, no digit first');
  }
  if (reservedNames.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix))) {
    throw refusedName(name, 'must not take a name that Prometheus, OpenTelemetry or the metrics themselves use');
  }
  const label = readOptions(plainObject(given, path), path);
  const max = label.integer('max', valueRange);
  if (max === undefined) {
    throw new ConfigurationError({
      option: `${path}.max`,
      requirement: `must be an integer from ${valueRange.min} to ${valueRange.max}`,
      received: undefined,
      remedy: 'set it to how many values the label may have',
    });
  }
  return { name, max };
}

function refusedName(name: string, requirement: string): ConfigurationError {
  const option = optionPath('labels', name);
  return new ConfigurationError({ option, requirement, remedy: 'name it otherwise in options.labels' });
}
