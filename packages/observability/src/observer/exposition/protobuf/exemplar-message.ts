import type { Exemplar } from '../../../store/exemplars.ts';
import type { BodyBuilder } from '../body-builder.ts';
import { labelField } from './label-fields.ts';
import { EXEMPLAR } from './metric-fields.ts';
import { appendTimestamp, TIMESTAMP_BYTES } from './timestamp-field.ts';

// All ids are as long as these, so that what stands before them is always the same.
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const TRACE_ID_HEAD = labelField(EXEMPLAR.label, 'trace_id', '0'.repeat(TRACE_ID_DIGITS)).slice(0, -TRACE_ID_DIGITS);
const SPAN_ID_HEAD = labelField(EXEMPLAR.label, 'span_id', '0'.repeat(SPAN_ID_DIGITS)).slice(0, -SPAN_ID_DIGITS);

/** More than any value, and all tags and lengths around it. */
const VALUE_BYTES = 16;

/** As long as any exemplar. */
export const EXEMPLAR_BYTES: number =
  TRACE_ID_HEAD.length + TRACE_ID_DIGITS + SPAN_ID_HEAD.length + SPAN_ID_DIGITS + VALUE_BYTES + TIMESTAMP_BYTES;

/** Appends an exemplar. Its room must have been reserved. */
export function appendExemplar(body: BodyBuilder, tag: number, { traceId, spanId, value, timeMs }: Exemplar): void {
  body.appendVarint(tag);
  const at = body.skip(1);
  body.append(`${TRACE_ID_HEAD}${traceId}${SPAN_ID_HEAD}${spanId}`);
  body.appendByte(EXEMPLAR.value);
  body.appendDouble(value);
  appendTimestamp(body, EXEMPLAR.timestamp, timeMs);
  body.writeLength(at, 1);
}
