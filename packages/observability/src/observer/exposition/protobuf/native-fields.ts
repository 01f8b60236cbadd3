import type { BodyBuilder } from '../body-builder.ts';
import type { NativeHistogram } from '../native-histogram.ts';
import { type BucketSpan, bucketSpans } from './bucket-spans.ts';
import { HISTOGRAM, SPAN } from './metric-fields.ts';

/** More than a span takes: its tag and length, two tags and two integers. */
const SPAN_BYTES = 16;
/** As long as any difference of counts, with its tag. */
const DELTA_BYTES = 10;
/** More than all else takes. */
const HEAD_BYTES = 48;

/** What tells a histogram that has counted nothing from one with classic buckets alone. */
const NO_OP_SPAN: BucketSpan = { offset: 0, place: 0, length: 0 };

/** Appends the fields of a histogram that say what its exponential buckets are, in the order of their numbers. */
export function appendNativeFields(body: BodyBuilder, native: NativeHistogram): void {
  const { schema, zeroThreshold, zeroCount, negative, positive } = native;
  const negativeSpans = bucketSpans(negative);
  const positiveSpans = bucketSpans(positive);
  if (zeroThreshold === 0 && zeroCount === 0 && negativeSpans.length + positiveSpans.length === 0) {
    positiveSpans.push(NO_OP_SPAN);
  }
  body.reserve(HEAD_BYTES);
  body.appendByte(HISTOGRAM.schema);
  body.appendVarint(zigzag(schema));
  body.appendByte(HISTOGRAM.zeroThreshold);
  body.appendDouble(zeroThreshold);
  body.appendByte(HISTOGRAM.zeroCount);
  body.appendVarint(zeroCount);
  appendSpans(body, HISTOGRAM.negativeSpan, negativeSpans);
  appendDeltas(body, HISTOGRAM.negativeDelta, negativeSpans, negative.counts);
  appendSpans(body, HISTOGRAM.positiveSpan, positiveSpans);
  appendDeltas(body, HISTOGRAM.positiveDelta, positiveSpans, positive.counts);
}

function appendSpans(body: BodyBuilder, tag: number, spans: readonly BucketSpan[]): void {
  body.reserve(spans.length * SPAN_BYTES);
  for (const { offset, length } of spans) {
    body.appendByte(tag);
    const at = body.skip(1);
    body.appendByte(SPAN.offset);
    body.appendVarint(zigzag(offset));
    body.appendByte(SPAN.length);
    body.appendVarint(length);
    body.writeLength(at, 1);
  }
}

/**
 * By how much each count of the spans differs from the one before it. They are not packed: metrics.proto does not say so,
 * and is of a time when that was to be said.
 */
function appendDeltas(body: BodyBuilder, tag: number, spans: readonly BucketSpan[], counts: Float64Array): void {
  let previous = 0;
  for (const { place, length } of spans) {
    body.reserve(length * DELTA_BYTES);
    for (let bucket = place; bucket < place + length; bucket++) {
      const count = counts[bucket]!;
      body.appendByte(tag);
      body.appendVarint(zigzag(count - previous));
      previous = count;
    }
  }
}

/** Signed integers so that small ones of either sign are short: 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
