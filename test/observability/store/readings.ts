import type { StoreReader } from '../../../packages/observability/src/store/store-reader.ts';

/** All that a reader tells: the value of each series, or the bucket counts and the sum; absent series left out. */
export function readingsOf(reader: StoreReader): Record<string, number | readonly number[]> {
  const readings: Record<string, number | readonly number[]> = {};
  for (const { definition, series } of reader.metrics.values()) {
    for (const [key, one] of series) {
      const value = definition.kind === 'histogram' ? histogramOf(reader, definition.name, key) : one.readValue();
      if (value !== undefined) {
        readings[`${definition.name} ${key}`] = value;
      }
    }
  }
  return readings;
}

/** Start times by series, in milliseconds since the epoch. */
export function startTimesOf(reader: StoreReader): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { definition, series } of reader.metrics.values()) {
    for (const [key, one] of series) {
      times[`${definition.name} ${key}`] = one.startTimeMs;
    }
  }
  return times;
}

function histogramOf(reader: StoreReader, metric: string, key: string): readonly number[] | undefined {
  const series = reader.metrics.get(metric)?.series.get(key);
  if (series === undefined) {
    return undefined;
  }
  const values = new Float64Array((series.bounds?.length ?? 0) + 2);
  series.readHistogram(values);
  return [...values];
}
