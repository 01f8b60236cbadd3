import type { BodyBuilder } from '../body-builder.ts';
import type { NativeHistogram } from '../native-histogram.ts';
import { bucketSpans, type BucketSpans } from './bucket-spans.ts';
import { HISTOGRAM, SPAN } from './metric-fields.ts';

/** More than a span takes: a byte and a length before it, two tags and two integers. */
const SPAN_BYTES = 16;
/** As long as any difference of counts, with its tag. */
const DELTA_BYTES = 10;
/** More than all else takes. */
const HEAD_BYTES = 48;

/** What tells a histogram that has counted nothing from one with classic buckets alone. */
const NO_OP_SPAN: BucketSpans = { offsets: [0], lengths: [0], deltas: [] };

/** Appends the fields of a histogram that say what its exponential buckets are, in the order of their numbers. */
export function appendNativeFields(body: BodyBuilder, native: NativeHistogram): void {
  const { schema, zeroThreshold, zeroCount } = native;
  const negative = bucketSpans(native.negative);
  let positive = bucketSpans(native.positive);
  if (zeroThreshold === 0 && zeroCount === 0 && negative.offsets.length + positive.offsets.length === 0) {
    positive = NO_OP_SPAN;
  }
  body.reserve(HEAD_BYTES);
  body.appendVarint(HISTOGRAM.schema);
  body.appendVarint(zigzag(schema));
  body.appendVarint(HISTOGRAM.zeroThreshold);
  body.appendDouble(zeroThreshold);
  body.appendVarint(HISTOGRAM.zeroCount);
  body.appendVarint(zeroCount);
  appendSpans(body, HISTOGRAM.negativeSpan, HISTOGRAM.negativeDelta, negative);
  appendSpans(body, HISTOGRAM.positiveSpan, HISTOGRAM.positiveDelta, positive);
}

/** Differences are not packed: metrics.proto does not say so, and is of a time when that was to be said. */
function appendSpans(body: BodyBuilder, spanTag: number, deltaTag: number, spans: BucketSpans): void {
  const { offsets, lengths, deltas } = spans;
  body.reserve(offsets.length * SPAN_BYTES + deltas.length * DELTA_BYTES);
  for (let span = 0; span < offsets.length; span++) {
    body.appendVarint(spanTag);
    const at = body.skip(1);
    body.appendVarint(SPAN.offset);
    body.appendVarint(zigzag(offsets[span]!));
    body.appendVarint(SPAN.length);
    body.appendVarint(lengths[span]!);
    body.writeLength(at, 1);
  }
  for (const delta of deltas) {
    body.appendVarint(deltaTag);
    body.appendVarint(zigzag(delta));
  }
}

/** Signed integers so that small ones of either sign are short: 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
