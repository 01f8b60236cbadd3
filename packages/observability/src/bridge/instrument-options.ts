import { type MetricOptions, ValueType } from '@opentelemetry/api';
import type { BridgeWarnings } from './bridge-warnings.ts';

/** What an instrument is created with, after bad input was put right. */
export interface InstrumentOptions {
  readonly description: string;
  readonly unit: string;
  readonly valueType: ValueType;
  /** Upper bounds of histogram buckets, ascending and distinct; `undefined` for the SDK's own. */
  readonly explicitBucketBoundaries: readonly number[] | undefined;
}

/** The SDK keeps this many counts per series and the exporter writes that many lines. */
const MAX_BUCKET_BOUNDARIES = 1_000;

/** The longest name that OpenTelemetry's specification allows; the SDK itself warns about bad characters. */
const MAX_NAME_LENGTH = 255;

export function isUsableName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH;
}

/**
 * Reads the options of an instrument; never throws. Boundaries are sorted and freed of doubles, because a bucket that
 * is exported twice makes Prometheus reject the whole scrape.
 */
export function readInstrumentOptions(name: string, options: unknown, warnings: BridgeWarnings): InstrumentOptions {
  try {
    const given = (typeof options === 'object' && options !== null ? options : {}) as MetricOptions;
    return {
      description: typeof given.description === 'string' ? given.description : '',
      unit: typeof given.unit === 'string' ? given.unit : '',
      valueType: given.valueType === ValueType.INT ? ValueType.INT : ValueType.DOUBLE,
      explicitBucketBoundaries: readBoundaries(name, given.advice?.explicitBucketBoundaries, warnings),
    };
  } catch {
    warnings.warn('instrument', () => `the options of instrument "${name}" cannot be read and are not used`);
    return { description: '', unit: '', valueType: ValueType.DOUBLE, explicitBucketBoundaries: undefined };
  }
}

/** The options as the SDK wants them. */
export function toMetricOptions(options: InstrumentOptions): MetricOptions {
  const { description, unit, valueType, explicitBucketBoundaries } = options;
  return explicitBucketBoundaries === undefined
    ? { description, unit, valueType }
    : { description, unit, valueType, advice: { explicitBucketBoundaries: [...explicitBucketBoundaries] } };
}

function readBoundaries(name: string, given: unknown, warnings: BridgeWarnings): readonly number[] | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const isUsable =
    Array.isArray(given) &&
    given.length <= MAX_BUCKET_BOUNDARIES &&
    given.every((boundary) => typeof boundary === 'number' && !Number.isNaN(boundary));
  if (!isUsable) {
    warnings.warn(
      'instrument',
      () =>
        `explicitBucketBoundaries of histogram "${name}" must be at most ${MAX_BUCKET_BOUNDARIES} numbers; the default ones are used`,
    );
    return undefined;
  }
  return [...new Set<number>(given)].sort((one, other) => one - other);
}
