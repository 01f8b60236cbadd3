import { MAX_VALUE_BYTES, type BodyBuilder } from './body-builder.ts';
import { createByteRun } from './byte-run.ts';
import type { ByteText } from './byte-text.ts';
import { createdLine } from './created-line.ts';
import type { ExpositionFormat, FamilyType } from './exposition-format.ts';

/** Writes the series of a family that have one value each. */
export interface NumberLines {
  /**
   * @param startTimeMs when the series began, in milliseconds since the epoch; `undefined` where that is not told
   * @throws TypeError for a value that is no number
   * @throws RangeError for one that the format does not allow
   */
  write(body: BodyBuilder, labels: ByteText, value: number, startTimeMs: number | undefined): void;
}

const LABELS_END = createByteRun('} ');

/** @param name of the series, e.g. `inference_requests_total` */
export function createNumberLines(name: string, type: FamilyType, format: ExpositionFormat): NumberLines {
  const isTotal = format.strictTotals && type === 'counter';
  const family = format.namesOf(name, type)[0] ?? name;
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
