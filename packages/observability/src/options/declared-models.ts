import { ConfigurationError } from '../errors/configuration-error.ts';
import { type BucketBounds, resolveBucketBounds } from './bucket-bounds.ts';
import { resolveDeclaredNames } from './declared-names.ts';
import { resolveWarmUp } from './drift-detection.ts';
import { optionPath } from './option-path.ts';
import { type OptionReader, plainObject, readOptions } from './option-reader.ts';
import type { ResolvedModel } from './resolved-options.ts';

/** A process that serves more models than this has their names from data, where a limit is right and a list is not. */
const MAX_MODELS = 1_000;

/** The largest label sets in use have some 20,000 classes; beyond this a list is a mistake, and each class a series. */
const MAX_CLASSES = 100_000;

/** Error codes are written by hand. */
const MAX_ERROR_CODES = 10_000;

/**
 * The declared models, in the order given. A list and no object, so that no name has a meaning of its own.
 * @throws ConfigurationError for the first thing that is wrong
 */
export function resolveModels(options: OptionReader, buckets: BucketBounds): readonly ResolvedModel[] {
  const given = options.value('models');
  if (given === undefined) {
    return [];
  }
  const models = Object.entries(plainObject(given, options.path('models')));
  if (models.length > MAX_MODELS) {
    options.refuse('models', `must be at most ${MAX_MODELS} models`);
  }
  return models.map(([name, model]) => resolveModel(name, model, buckets));
}

function resolveModel(name: string, given: unknown, buckets: BucketBounds): ResolvedModel {
  if (name === '') {
    throw new ConfigurationError({
      option: 'models',
      requirement: 'must not have a model with an empty name',
      remedy: 'name it in options.models',
    });
  }
  const path = optionPath('models', name);
  const model = readOptions(plainObject(given, path), path);
  const version = model.text('version');
  const owner = model.text('owner');
  const reference = resolveReference(model);
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(owner === undefined ? {} : { owner }),
    classes: resolveDeclaredNames(model, 'classes', MAX_CLASSES),
    errorCodes: resolveDeclaredNames(model, 'errorCodes', MAX_ERROR_CODES),
    ...resolveBucketBounds(model, buckets),
    ...(reference === undefined ? {} : { reference }),
  };
}

function resolveReference(model: OptionReader): string | Readonly<Record<string, unknown>> | undefined {
  const given = model.value('reference');
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof URL)) {
    const reference = model.data('reference');
    return reference && (resolveWarmUp(model) ?? reference);
  }
  if (given instanceof URL && given.protocol === 'file:') {
    return given.href;
  }
  if (given === undefined || (typeof given === 'string' && given.trim() !== '')) {
    return given;
  }
  return model.refuse('reference', 'must be a path, a file URL, the reference itself or { warmUp: { samples } }');
}
