import type { FamilyType, NumberEncoder } from '../exposition-format.ts';
import { COUNTER, FAMILY, GAUGE, METRIC } from './metric-fields.ts';
import { appendTimestamp, TIMESTAMP_BYTES } from './timestamp-field.ts';

/** More than the value and all tags and lengths around it take. */
const VALUE_BYTES = 24;

/** Metrics that are a counter, or a gauge where they are something else. */
export function createNumberMessages(type: FamilyType): NumberEncoder {
  const isCounter = type === 'counter';
  const kind = isCounter ? METRIC.counter : METRIC.gauge;
  const valueTag = isCounter ? COUNTER.value : GAUGE.value;
  // As many bytes as the last length took: the next one takes as many, mostly.
  let lengthBytes = 1;
  return {
    write(body, labels, value, startTimeMs): void {
      if (typeof value !== 'number') {
        throw new TypeError('the value is no number');
      }
      body.reserve(labels.length + VALUE_BYTES + TIMESTAMP_BYTES);
      body.appendByte(FAMILY.metric);
      const metricAt = body.skip(lengthBytes);
      body.append(labels);
      body.appendByte(kind);
      const kindAt = body.skip(1);
      body.appendByte(valueTag);
      body.appendDouble(value);
      if (isCounter && startTimeMs !== undefined) {
        appendTimestamp(body, COUNTER.createdTimestamp, startTimeMs);
      }
      body.writeLength(kindAt, 1);
      lengthBytes = body.writeLength(metricAt, lengthBytes);
    },
  };
}
