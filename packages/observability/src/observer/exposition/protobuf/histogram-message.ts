import { MAX_LENGTH_BYTES } from '../body-builder.ts';
import type { HistogramEncoder } from '../exposition-format.ts';
import { appendExemplar, EXEMPLAR_BYTES } from './exemplar-message.ts';
import { BUCKET, FAMILY, HISTOGRAM, METRIC } from './metric-fields.ts';
import { appendNativeFields } from './native-fields.ts';
import { appendTimestamp, TIMESTAMP_BYTES } from './timestamp-field.ts';

/** As long as any bucket without an exemplar: count, bound, and the tags and lengths around them. */
const BUCKET_BYTES = 21;
/** More than count and sum take, and all tags and lengths around them. */
const HEAD_BYTES: number = 32 + 2 * MAX_LENGTH_BYTES;

/** The differences of counts are written as their double, which is exact up to here. */
const MAX_COUNT = 2 ** 52;

/**
 * Metrics that are a histogram: cumulative buckets, that of infinity among them, and the exponential ones where they are
 * known. What has no sum has one that is no number, for where none is said Prometheus reads 0.
 */
export function createHistogramMessages(): HistogramEncoder {
  // As many bytes as the last lengths took: the next ones take as many, mostly.
  let metricLengthBytes = 2;
  let lengthBytes = 2;
  return {
    write(body, labels, { layout, counts, sum = Number.NaN, exemplars, startTimeMs, native }): void {
      const { bounds } = layout;
      const count = counts[bounds.length - 1]!;
      if (count > MAX_COUNT) {
        throw new RangeError('there are more counts than protobuf can tell');
      }
      const exemplarBytes = (exemplars?.length ?? 0) * EXEMPLAR_BYTES;
      body.reserve(HEAD_BYTES + labels.length + bounds.length * BUCKET_BYTES + exemplarBytes);
      body.appendByte(FAMILY.metric);
      const metricAt = body.skip(metricLengthBytes);
      body.append(labels);
      body.appendByte(METRIC.histogram);
      const at = body.skip(lengthBytes);
      body.appendByte(HISTOGRAM.sampleCount);
      body.appendVarint(count);
      body.appendByte(HISTOGRAM.sampleSum);
      body.appendDouble(sum);
      for (let bucket = 0; bucket < bounds.length; bucket++) {
        body.appendByte(HISTOGRAM.bucket);
        const bucketAt = body.skip(1);
        body.appendByte(BUCKET.cumulativeCount);
        body.appendVarint(counts[bucket]!);
        body.appendByte(BUCKET.upperBound);
        body.appendDouble(bounds[bucket]!);
        const exemplar = exemplars?.[bucket];
        if (exemplar !== undefined) {
          appendExemplar(body, BUCKET.exemplar, exemplar);
        }
        body.writeLength(bucketAt, 1);
      }
      if (native !== undefined) {
        appendNativeFields(body, native);
      }
      body.reserve(TIMESTAMP_BYTES + exemplarBytes + 2 * MAX_LENGTH_BYTES);
      if (startTimeMs !== undefined) {
        appendTimestamp(body, HISTOGRAM.createdTimestamp, startTimeMs);
      }
      if (native !== undefined && exemplars !== undefined) {
        for (const exemplar of exemplars) {
          if (exemplar !== undefined) {
            appendExemplar(body, HISTOGRAM.exemplars, exemplar);
          }
        }
      }
      lengthBytes = body.writeLength(at, lengthBytes);
      metricLengthBytes = body.writeLength(metricAt, metricLengthBytes);
    },
  };
}
