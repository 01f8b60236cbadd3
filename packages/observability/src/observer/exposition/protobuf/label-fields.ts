import type { ByteText } from '../byte-text.ts';
import type { LabelFormat } from '../exposition-format.ts';
import { bytesField, textField } from './message-text.ts';
import { LABEL, METRIC } from './metric-fields.ts';

/** A message for each label, one after the other, as they stand in a metric. */
export const labelFields: LabelFormat = {
  encode: (pairs) => pairs.map(([name, value]) => labelField(METRIC.label, name, value)).join(''),
  keptBy: (series) => series.labelFields,
  keep: (series, labels) => {
    series.labelFields = labels;
  },
};

export function labelField(tag: number, name: string, value: string): ByteText {
  return bytesField(tag, textField(LABEL.name, name) + textField(LABEL.value, value));
}
