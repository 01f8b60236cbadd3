import { byteText } from '../byte-text.ts';
import type { LabelFormat } from '../exposition-format.ts';

/** E.g. `model_type="document",status="error"`, without braces. */
export const textLabels: LabelFormat = {
  encode: (pairs) => byteText(pairs.map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(',')),
  keptBy: (series) => series.labelText,
  keep: (series, labels) => {
    series.labelText = labels;
  },
};

function escapeLabelValue(value: string): string {
  const text = value.toWellFormed();
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
}
