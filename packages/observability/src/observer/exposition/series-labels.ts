import type { Attributes } from '@opentelemetry/api';
import { prometheusLabelName } from '../../catalogue/prometheus-names.ts';
import type { ReadableSeries } from '../../store/store-reader.ts';
import type { ByteText } from './byte-text.ts';
import type { LabelFormat, LabelPair } from './exposition-format.ts';

/** The labels of series as a format writes them, made once for each attributes object. */
export interface SeriesLabels {
  /** Labels stand in the order of their names, so that two series are the same exactly when what is written of them is. */
  of(attributes: Attributes): ByteText;
  /** The same, kept with the series instead. */
  ofSeries(series: ReadableSeries): ByteText;
}

/**
 * @param reserved the label that the family adds to each series itself, `le` in a histogram: an attribute of that
 *   name becomes `exported_le`, for a label that stands twice makes Prometheus refuse the scrape.
 */
export function createSeriesLabels(format: LabelFormat, reserved?: string): SeriesLabels {
  // Metrics keep the attributes object of a series from one collection to the next, so its identity is a key that
  // costs no hashing and is dropped with the series. What changes an attributes object later is not seen.
  const known = new WeakMap<Attributes, ByteText>();
  return {
    of(attributes) {
      let labels = known.get(attributes);
      if (labels === undefined) {
        labels = format.encode(labelPairs(attributes, reserved));
        known.set(attributes, labels);
      }
      return labels;
    },
    ofSeries(series) {
      let labels = format.keptBy(series);
      if (labels === undefined) {
        labels = format.encode(labelPairs(series.attributes, reserved));
        format.keep(series, labels);
      }
      return labels;
    },
  };
}

function labelPairs(attributes: Attributes, reserved: string | undefined): LabelPair[] {
  const values = new Map<string, string>();
  // By original key, for the specification orders values that meet in one label by it.
  for (const key of Object.keys(attributes).sort()) {
    const value = attributeText(attributes[key]);
    if (value === undefined) {
      continue;
    }
    const plainName = prometheusLabelName(key);
    const name = plainName === reserved ? `exported_${plainName}` : plainName;
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier};${value}`);
  }
  return (
    [...values]
      // To Prometheus an empty label and a missing one are the same; written both ways, one series would stand twice.
      .filter(([, value]) => value !== '')
      .sort(([left], [right]) => (left < right ? -1 : 1))
  );
}

/** An attribute's value as the attribute specification has it: text as it is, numbers plain, anything else as JSON. */
function attributeText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value === null ? undefined : JSON.stringify(value);
  }
}
