import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { profileHash } from './profile-hash.ts';
import { MOST_FEATURES, MOST_NAME_LENGTH } from './reference-options.ts';
import { REFERENCE_SCHEMA, REFERENCE_VERSION, type ReferenceProfile } from './reference-profile.ts';

/** Bins of one signal that are accepted: the most categories that can be asked for, and some room. */
const MOST_BINS = 1024;

/**
 * Reads a profile from its JSON text and checks that it is whole: every count, edge and length, and the hash.
 *
 * @param source what messages call the text, e.g. its path
 * @param expected the model that the profile must be of, where that is known
 * @throws ReferenceProfileError
 */
export function parseReferenceProfile(
  text: string,
  source = 'the reference profile',
  expected: { readonly modelType?: string | undefined } = {},
): ReferenceProfile {
  let value: unknown;
  try {
    // A byte order mark comes from editors, not from damage.
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw new ReferenceProfileError('damaged', `${source} is not JSON; make it again with inferometer profile.`, {
      cause: error,
    });
  }
  return checkReferenceProfile(value, source, expected);
}

/** As {@link parseReferenceProfile}, for a value that was parsed already. */
export function checkReferenceProfile(
  value: unknown,
  source = 'the reference profile',
  expected: { readonly modelType?: string | undefined } = {},
): ReferenceProfile {
  if (!isRecord(value) || value['schema'] !== REFERENCE_SCHEMA) {
    throw new ReferenceProfileError(
      'foreign',
      `${source} is not a reference profile (its "schema" is not "${REFERENCE_SCHEMA}"); make one with inferometer profile.`,
    );
  }
  if (value['version'] !== REFERENCE_VERSION) {
    throw new ReferenceProfileError(
      'version',
      `${source} has version ${Number(value['version'])} and this package reads version ${REFERENCE_VERSION}; make it ` +
        'again with inferometer profile.',
    );
  }
  const fault = faultOf(value);
  if (fault !== undefined) {
    throw new ReferenceProfileError(
      'damaged',
      `${source} is damaged: ${fault}; make it again with inferometer profile.`,
    );
  }
  const profile = value as unknown as ReferenceProfile;
  if (profileHash(profile) !== profile.hash) {
    throw new ReferenceProfileError(
      'damaged',
      `${source} is damaged or was edited: its content does not have its hash; make it again with inferometer profile.`,
    );
  }
  if (expected.modelType !== undefined && profile.modelType !== expected.modelType) {
    throw new ReferenceProfileError(
      'foreign',
      `${source} is of the model ${JSON.stringify(profile.modelType.slice(0, 80))}, not of ` +
        `${JSON.stringify(expected.modelType.slice(0, 80))}; give each model its own reference.`,
    );
  }
  return profile;
}

type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_NAME_LENGTH;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isListOf<T>(value: unknown, test: (entry: unknown) => entry is T, length?: number): value is readonly T[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_BINS &&
    (length === undefined || value.length === length) &&
    value.every((entry) => test(entry))
  );
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const isShare = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 1;

/** What is wrong with it, to be read after "damaged:"; undefined where nothing is. */
function faultOf(profile: JsonRecord): string | undefined {
  const { modelType, modelVersion, createdAt, origin, samples, signals, accuracy, calibration, hash } = profile;
  if (!isText(modelType) || !(modelVersion === undefined || typeof modelVersion === 'string')) {
    return 'modelType and modelVersion must be texts';
  }
  if (typeof createdAt !== 'string' || typeof hash !== 'string') {
    return 'createdAt or hash is missing';
  }
  if (origin !== 'data' && origin !== 'warm-up') {
    return 'origin must be data or warm-up';
  }
  if (!isCount(samples) || !Array.isArray(signals) || signals.length > MOST_FEATURES + 2) {
    return 'samples must be a count and signals a list';
  }
  const names = new Set<string>();
  let confidenceBins = 0;
  for (const [index, signal] of signals.entries()) {
    const fault = isRecord(signal) ? signalFault(signal) : 'is not an object';
    if (fault !== undefined) {
      return `signals[${index}] ${fault}`;
    }
    const { role, name, counts } = signal as { role: string; name: string; counts: readonly number[] };
    if (names.has(`${role} ${name}`)) {
      return `signals[${index}] is there twice`;
    }
    names.add(`${role} ${name}`);
    confidenceBins = role === 'confidence' ? counts.length - 2 : confidenceBins;
  }
  return accuracyFault(accuracy) ?? calibrationFault(calibration, confidenceBins);
}

function signalFault(signal: JsonRecord): string | undefined {
  const { role, name, type, counts } = signal;
  if (!isText(name) || !(role === 'feature' || ((role === 'class' || role === 'confidence') && name === role))) {
    return 'has no known role or name';
  }
  if (!isListOf(counts, isCount) || counts.length < 3 || !counts.some((count) => count > 0)) {
    return 'must have counts, not all of them 0';
  }
  if (type === 'categorical' && role !== 'confidence') {
    const { categories } = signal;
    return isListOf(categories, isText, counts.length - 2) && new Set(categories).size === categories.length
      ? undefined
      : 'must have one category for each count but two, none twice';
  }
  return type === 'numeric' && role !== 'class' ? numericFault(signal, counts.length - 2) : 'has no known type';
}

function numericFault(signal: JsonRecord, ownBins: number): string | undefined {
  const { edges, means, constant, minimum, maximum, standardDeviation } = signal;
  if (!isListOf(edges, isNumber, ownBins - 1) || edges.some((edge, index) => index > 0 && edge <= edges[index - 1]!)) {
    return 'must have ascending edges, one less than bins';
  }
  if (constant !== undefined && (!isNumber(constant) || edges.length > 0)) {
    return 'must have no edges where it is constant';
  }
  if (!isListOf(means, isNumber, ownBins) || means.some((mean, index) => index > 0 && mean < means[index - 1]!)) {
    return 'must have ascending means, one for each bin';
  }
  return isNumber(minimum) &&
    isNumber(maximum) &&
    minimum <= maximum &&
    isNumber(standardDeviation) &&
    standardDeviation >= 0
    ? undefined
    : 'must have a minimum, a maximum and a standardDeviation';
}

function accuracyFault(accuracy: unknown): string | undefined {
  if (accuracy === undefined) {
    return undefined;
  }
  const { labelled, correct } = isRecord(accuracy) ? accuracy : {};
  return isCount(labelled) && isCount(correct) && labelled > 0 && correct <= labelled
    ? undefined
    : 'accuracy must hold labelled, at least 1, and correct, no more than that';
}

function calibrationFault(calibration: unknown, bins: number): string | undefined {
  if (calibration === undefined) {
    return undefined;
  }
  const { labelled, correct, accuracy } = isRecord(calibration) ? calibration : {};
  return bins > 0 &&
    isListOf(labelled, isCount, bins) &&
    isListOf(correct, isCount, bins) &&
    isListOf(accuracy, isShare, bins)
    ? undefined
    : 'calibration must hold labelled, correct and accuracy for each bin of the confidence';
}
