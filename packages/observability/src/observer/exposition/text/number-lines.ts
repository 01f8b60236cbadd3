import { MAX_VALUE_BYTES } from '../body-builder.ts';
import { createByteRun } from '../byte-run.ts';
import { createdLine } from './created-line.ts';
import type { FamilyType, NumberEncoder } from '../exposition-format.ts';

const LABELS_END = createByteRun('} ');

/**
 * A line for each series, and one that says when it began where that is to be told.
 *
 * @param name of the series, e.g. `inference_requests_total`
 * @param family as the format calls it
 * @param strictTotals whether a total must be a number that is not negative
 */
export function createNumberLines(
  name: string,
  family: string,
  type: FamilyType,
  strictTotals: boolean,
): NumberEncoder {
  const isTotal = strictTotals && type === 'counter';
  const [bareHead, head] = [createByteRun(`${name} `), createByteRun(`${name}{`)];
  return {
    write(body, labels, value, startTimeMs): void {
      if (typeof value !== 'number') {
        throw new TypeError('the value is no number');
      }
      if (isTotal && !(value >= 0)) {
        throw new RangeError('OpenMetrics has no totals that are negative or no number');
      }
      body.reserve(head.byteCount + labels.length + LABELS_END.byteCount + MAX_VALUE_BYTES);
      if (labels === '') {
        body.appendRun(bareHead);
      } else {
        body.appendRun(head);
        body.append(labels);
        body.appendRun(LABELS_END);
      }
      body.appendValue(value);
      if (type === 'counter' && startTimeMs !== undefined) {
        createdLine(body, family, labels, startTimeMs);
      }
    },
  };
}
