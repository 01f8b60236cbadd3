import type { Exemplar } from '../../../store/exemplars.ts';
import type { BodyBuilder } from '../body-builder.ts';
import { labelField } from './label-fields.ts';
import { EXEMPLAR } from './metric-fields.ts';
import { appendTimestamp, TIMESTAMP_BYTES } from './timestamp-field.ts';

/** As long as any exemplar: the ids with their names, the value, the time, and the field's tag and length. */
export const EXEMPLAR_BYTES: number = 128 + TIMESTAMP_BYTES;

/** Appends an exemplar. Its room must have been reserved. */
export function appendExemplar(body: BodyBuilder, tag: number, { traceId, spanId, value, timeMs }: Exemplar): void {
  body.appendVarint(tag);
  const at = body.skip(1);
  body.append(labelField(EXEMPLAR.label, 'trace_id', traceId) + labelField(EXEMPLAR.label, 'span_id', spanId));
  body.appendVarint(EXEMPLAR.value);
  body.appendDouble(value);
  appendTimestamp(body, EXEMPLAR.timestamp, timeMs);
  body.writeLength(at, 1);
}
