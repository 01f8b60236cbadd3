import { MAX_LENGTH_BYTES } from '../body-builder.ts';
import type { ExpositionFormat, FamilyType } from '../exposition-format.ts';
import { histogramNames } from '../histogram-names.ts';
import { createHistogramMessages } from './histogram-message.ts';
import { labelFields } from './label-fields.ts';
import { textField } from './message-text.ts';
import { FAMILY } from './metric-fields.ts';
import { createNumberMessages } from './number-message.ts';

/** https://github.com/prometheus/client_model/blob/v0.6.3/io/prometheus/client/metrics.proto, `MetricType`. */
const TYPES: Readonly<Record<FamilyType, number>> = { counter: 0, gauge: 1, info: 1, histogram: 4 };

/** Most families have a length of so many bytes; where it has others, the family is moved, which takes 0.1 ms for a megabyte. */
const LENGTH_BYTES = 2;

/**
 * Delimited messages `io.prometheus.client.MetricFamily`, the only format that Prometheus reads native histograms in.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#protobuf-format
 */
export const protobufFormat: ExpositionFormat = {
  namesOf: (name, type) => (type === 'histogram' ? [name, ...histogramNames(name)] : [name]),
  beginFamily: (body, { name, help, type }) => {
    const head = textField(FAMILY.name, name) + textField(FAMILY.help, help);
    body.reserve(LENGTH_BYTES + head.length + 2);
    body.skip(LENGTH_BYTES);
    body.append(head);
    body.appendByte(FAMILY.type);
    body.appendByte(TYPES[type]);
  },
  endFamily: (body, { name, unit }, start) => {
    const end = unit !== '' && name.endsWith(`_${unit}`) ? textField(FAMILY.unit, unit) : '';
    body.reserve(end.length + MAX_LENGTH_BYTES);
    body.append(end);
    body.writeLength(start, LENGTH_BYTES);
  },
  end: '',
  idle: '',
  labels: labelFields,
  tellsStart: 'always',
  tellsExemplars: true,
  tellsNative: true,
  encodeNumbers: (_name, type) => createNumberMessages(type),
  encodeHistograms: () => createHistogramMessages(),
};
