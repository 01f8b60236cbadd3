import type { Attributes } from '@opentelemetry/api';
import { prometheusLabelName } from '../../catalogue/prometheus-names.ts';
import type { ReadableSeries } from '../../store/store-reader.ts';
import { byteText, type ByteText } from './byte-text.ts';

/** Label text of series, made once for each attributes object. */
export interface SeriesLabels {
  /**
   * E.g. `model_type="document",status="error"`, without braces; empty without labels. Labels stand in the order of
   * their names, so that two series are the same exactly when their texts are.
   */
  textOf(attributes: Attributes): ByteText;
  /** The same, kept with the series instead. */
  textOfSeries(series: ReadableSeries): ByteText;
}

/**
 * @param reserved the label that the family adds to each series itself, `le` in a histogram: an attribute of that
 *   name becomes `exported_le`, for a label that stands twice makes Prometheus refuse the scrape.
 */
export function createSeriesLabels(reserved?: string): SeriesLabels {
  // Metrics keep the attributes object of a series from one collection to the next, so its identity is a key that
  // costs no hashing and is dropped with the series. What changes an attributes object later is not seen.
  const texts = new WeakMap<Attributes, ByteText>();
  return {
    textOf(attributes) {
      let text = texts.get(attributes);
      if (text === undefined) {
        text = byteText(labelText(attributes, reserved));
        texts.set(attributes, text);
      }
      return text;
    },
    textOfSeries(series) {
      series.labelText ??= byteText(labelText(series.attributes, reserved));
      return series.labelText;
    },
  };
}

function labelText(attributes: Attributes, reserved: string | undefined): string {
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
      .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
      .join(',')
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

function escapeLabelValue(value: string): string {
  const text = value.toWellFormed();
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
}
