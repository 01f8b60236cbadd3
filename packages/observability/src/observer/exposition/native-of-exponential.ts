import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import { MAX_SCHEMA, MIN_SCHEMA, type NativeBuckets, type NativeHistogram } from './native-histogram.ts';

/** Doubles lie between these powers of two; what is beyond the greater is infinite. */
const MIN_EXPONENT = -1074;
const END_EXPONENT = 1024;

/** Whether an exponential histogram of this scale can be told to Prometheus; finer ones are made as coarse as its finest. */
export function canBeNative(scale: number): boolean {
  return Number.isInteger(scale) && scale >= MIN_SCHEMA;
}

/**
 * The native histogram of an exponential one whose counts are known to be counts. OpenTelemetry's zero bucket has no width
 * here, as the SDK counts only zeros in it.
 *
 * @throws RangeError for buckets that no number lies in
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#exponential-histograms
 */
export function nativeOfExponential({ scale, zeroCount, negative, positive }: ExponentialHistogram): NativeHistogram {
  const schema = Math.min(scale, MAX_SCHEMA);
  return {
    schema,
    zeroThreshold: 0,
    zeroCount: zeroCount > 0 ? zeroCount : 0,
    negative: nativeBuckets(negative, scale, schema),
    positive: nativeBuckets(positive, scale, schema),
  };
}

/** OpenTelemetry's bucket `i` ends at base^(i+1). */
function nativeBuckets(
  { offset, bucketCounts }: ExponentialHistogram['positive'],
  scale: number,
  schema: number,
): NativeBuckets {
  const bucketsInOne = 2 ** (scale - schema);
  const lowest = Math.ceil(MIN_EXPONENT * 2 ** schema);
  const highest = END_EXPONENT * 2 ** schema + 1;
  const indexOf = (place: number): number =>
    Math.min(highest, Math.max(lowest, Math.floor((offset + place) / bucketsInOne) + 1));
  const firstIndex = indexOf(0);
  if (!Number.isSafeInteger(firstIndex)) {
    throw new RangeError(`no bucket has scale ${scale} and index ${offset}`);
  }
  const length = bucketCounts.length === 0 ? 0 : indexOf(bucketCounts.length - 1) - firstIndex + 1;
  const counts = new Float64Array(length);
  for (const [place, count] of bucketCounts.entries()) {
    counts[indexOf(place) - firstIndex]! += count;
  }
  return { firstIndex, counts };
}
