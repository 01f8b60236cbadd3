import type { Exemplar } from '../../../store/exemplars.ts';
import { MAX_VALUE_BYTES, type BodyBuilder } from '../body-builder.ts';

const HEAD = ' # {trace_id="';
const BETWEEN = '",span_id="';
const END = '"} ';

/** As long as any exemplar's text. Its labels have 63 characters of the 128 that OpenMetrics allows. */
export const EXEMPLAR_BYTES: number = HEAD.length + 32 + BETWEEN.length + 16 + END.length + 2 * MAX_VALUE_BYTES;

/**
 * Appends an exemplar to the line that was just written. Its room must have been reserved.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#exemplars
 */
export function appendExemplar(body: BodyBuilder, { traceId, spanId, value, timeMs }: Exemplar): void {
  // In the place of the end of the line.
  body.cutTo(body.length - 1);
  body.append(`${HEAD}${traceId}${BETWEEN}${spanId}${END}${value} `);
  body.appendValue(timeMs / 1000);
}
