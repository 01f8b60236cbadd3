import { DriftConfigurationError } from '../errors/drift-configuration-error.ts';

/** What a reference profile is to be like. */
export interface ReferenceOptions {
  /** Which model the reference is of; live predictions of another model are never compared with it. */
  readonly modelType: string;
  /** The model's version, told with every alert. */
  readonly modelVersion?: string | undefined;
  /** Bins of a numeric feature, from 2 to 20; default 10. Fewer where values repeat. */
  readonly bins?: number | undefined;
  /** Bins of the confidence, which are those of the calibration too, from 2 to 20; default 20. */
  readonly confidenceBins?: number | undefined;
  /**
   * Classes and categories with bins of their own, the most frequent, from 1 to 1000; the rest is `other`. Default 200.
   * Of more than 20, those that were seen too seldom to be known are `other` too.
   */
  readonly maximumCategories?: number | undefined;
  /** The features to watch; default: all that occur, at most {@link MOST_FEATURES}. */
  readonly features?: readonly string[] | undefined;
  /** Default `data`. */
  readonly origin?: 'data' | 'warm-up' | undefined;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link ReferenceOptions} with its defaults. */
export interface ResolvedReferenceOptions {
  readonly modelType: string;
  readonly modelVersion: string | undefined;
  readonly bins: number;
  readonly confidenceBins: number;
  readonly maximumCategories: number;
  readonly features: ReadonlySet<string> | undefined;
  readonly origin: 'data' | 'warm-up';
  readonly now: () => number;
}

/** Each feature costs series and memory; a model with more wants a choice, not all. */
export const MOST_FEATURES: number = 100;

/** Of a model or a feature, in UTF-16 code units: labels are cut there. */
export const MOST_NAME_LENGTH: number = 256;

/** The population stability index is by convention taken over 10 bins. */
const DEFAULT_BINS = 10;
/** The calibration wants a finer grid where scores crowd near 1; 20 keep 50 samples a bin at 1,000. */
const DEFAULT_CONFIDENCE_BINS = 20;
const MOST_BINS = 20;
const DEFAULT_MAXIMUM_CATEGORIES = 200;
const MOST_CATEGORIES = 1000;

/** @throws DriftConfigurationError */
export function resolveReferenceOptions(options: ReferenceOptions): ResolvedReferenceOptions {
  const { modelType, modelVersion } = options;
  if (typeof modelType !== 'string' || modelType === '' || modelType.length > MOST_NAME_LENGTH) {
    throw new DriftConfigurationError(
      'modelType',
      `must be a text of 1 to ${MOST_NAME_LENGTH} characters`,
      modelType,
      'name the model as trackInference does',
    );
  }
  if (modelVersion !== undefined && typeof modelVersion !== 'string') {
    throw new DriftConfigurationError('modelVersion', 'must be a text', modelVersion, 'put it in quotes');
  }
  return {
    modelType,
    modelVersion,
    bins: wholeNumber('bins', options.bins ?? DEFAULT_BINS, 2, MOST_BINS),
    confidenceBins: wholeNumber('confidenceBins', options.confidenceBins ?? DEFAULT_CONFIDENCE_BINS, 2, MOST_BINS),
    maximumCategories: wholeNumber(
      'maximumCategories',
      options.maximumCategories ?? DEFAULT_MAXIMUM_CATEGORIES,
      1,
      MOST_CATEGORIES,
    ),
    features: options.features === undefined ? undefined : new Set(options.features),
    origin: options.origin ?? 'data',
    now: options.now ?? Date.now,
  };
}

function wholeNumber(option: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new DriftConfigurationError(
      option,
      `must be an integer from ${least} to ${most}`,
      value,
      'leave it out for the default',
    );
  }
  return value;
}
