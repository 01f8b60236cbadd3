import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  DataPointType,
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../../catalogue/metric-definition.ts';
import { GRID_COUNTS } from '../../store/histogram-grid.ts';
import type { ReadableMetric, ReadableSeries } from '../../store/store-reader.ts';
import { readableBehind, startTimeMsOf } from '../store-metric.ts';
import type { BodyBuilder } from './body-builder.ts';
import type { ByteText } from './byte-text.ts';
import { classicHistogram } from './exponential-buckets.ts';
import type { FamilyHead } from './exposition-format.ts';
import type { NativeHistogram } from './native-histogram.ts';
import { nativeOfExponential } from './native-of-exponential.ts';
import { nativeOfGrid } from './native-of-grid.ts';
import type { SeriesWriterParts } from './series-writer-parts.ts';

/** Something that has a label set: a data point, or a series of the store. */
interface Labelled {
  readonly attributes: Attributes;
}

/** One metric's series, in the order in which they come, and how each is written. */
export interface SeriesWriter<Series extends Labelled = Labelled> {
  readonly series: Iterator<Series>;
  /** Whether no two of them can have the same labels. */
  readonly areDistinct: boolean;
  labelsOf(series: Series): ByteText;
  /** @throws Error where the series cannot be written; what was appended by then is to be taken back */
  write(body: BodyBuilder, labels: ByteText, series: Series): void;
}

/**
 * The series of a metric of any origin.
 *
 * @param isNative whether histograms that are counted by exponential buckets are written with these besides the others
 */
export function createSeriesWriter(
  metric: MetricData,
  family: FamilyHead,
  isNative: boolean,
  parts: SeriesWriterParts,
): SeriesWriter {
  const readable = readableBehind(metric);
  if (readable !== undefined) {
    return readable.definition.kind === 'histogram'
      ? storeHistograms(readable, family, isNative, parts)
      : storeNumbers(readable, family, parts);
  }
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return histogramPoints(metric.dataPoints, (value) => value, noNative, family, parts);
    case DataPointType.EXPONENTIAL_HISTOGRAM: {
      const toNative = isNative ? nativeOfExponential : noNative;
      return histogramPoints<ExponentialHistogram>(metric.dataPoints, classicHistogram, toNative, family, parts);
    }
    default:
      return numberPoints(metric.dataPoints, family, parts);
  }
}

/** The recorder makes its labels of names that are known and of well-formed texts: what differs there differs here. */
function areDistinct({ userLabels }: MetricDefinition): boolean {
  return userLabels;
}

function storeHistograms(
  { definition, series }: ReadableMetric,
  { name }: FamilyHead,
  isNative: boolean,
  { histogramLabels, layoutOf, histograms, cumulative, tellsStart, tellsExemplars }: SeriesWriterParts,
): SeriesWriter<ReadableSeries> {
  const encoder = histograms(name);
  const grid = isNative ? new Float64Array(GRID_COUNTS) : undefined;
  let values = new Float64Array(0);
  return {
    series: series.values(),
    areDistinct: areDistinct(definition),
    labelsOf: (one) => histogramLabels.ofSeries(one),
    write(body, labels, one): void {
      const bounds = one.bounds ?? [];
      const layout = layoutOf(bounds);
      if (values.length !== bounds.length + 2) {
        values = new Float64Array(bounds.length + 2);
      }
      one.readHistogram(values, grid);
      encoder.write(body, labels, {
        layout,
        counts: cumulative.of(values, bounds.length + 1, layout.bounds.length, 0),
        sum: values[bounds.length + 1],
        exemplars: tellsExemplars ? one.readExemplars() : undefined,
        startTimeMs: tellsStart ? startTimeMsOf(definition, one) : undefined,
        native: grid !== undefined && one.hasGrid ? nativeOfGrid(grid) : undefined,
      });
    },
  };
}

function storeNumbers(
  { definition, series }: ReadableMetric,
  { name, type }: FamilyHead,
  { labels: seriesLabels, numbers, tellsStart }: SeriesWriterParts,
): SeriesWriter<ReadableSeries> {
  const encoder = numbers[type](name);
  return {
    series: series.values(),
    areDistinct: areDistinct(definition),
    labelsOf: (one) => seriesLabels.ofSeries(one),
    write(body, labels, one): void {
      const value = one.readValue();
      if (value !== undefined) {
        encoder.write(body, labels, value, tellsStart ? startTimeMsOf(definition, one) : undefined);
      }
    },
  };
}

function noNative(): undefined {
  return undefined;
}

function histogramPoints<T>(
  points: readonly DataPoint<T>[],
  toHistogram: (value: T) => Histogram,
  toNative: (value: T) => NativeHistogram | undefined,
  { name }: FamilyHead,
  { histogramLabels, layoutOf, histograms, cumulative, tellsStart }: SeriesWriterParts,
): SeriesWriter<DataPoint<T>> {
  const encoder = histograms(name);
  return {
    series: points.values(),
    areDistinct: false,
    labelsOf: ({ attributes }) => histogramLabels.of(attributes),
    write(body, labels, { value, startTime }): void {
      const { buckets, count, sum } = toHistogram(value);
      const layout = layoutOf(buckets.boundaries);
      encoder.write(body, labels, {
        layout,
        counts: cumulative.of(buckets.counts, buckets.counts.length, layout.bounds.length, count),
        sum,
        exemplars: undefined,
        startTimeMs: tellsStart ? knownTimeMs(startTime) : undefined,
        native: toNative(value),
      });
    },
  };
}

function numberPoints(
  points: readonly DataPoint<number>[],
  { name, type }: FamilyHead,
  { labels: seriesLabels, numbers, tellsStart }: SeriesWriterParts,
): SeriesWriter<DataPoint<number>> {
  const encoder = numbers[type](name);
  return {
    series: points.values(),
    areDistinct: false,
    labelsOf: ({ attributes }) => seriesLabels.of(attributes),
    write(body, labels, { value, startTime }): void {
      encoder.write(body, labels, value, tellsStart ? knownTimeMs(startTime) : undefined);
    },
  };
}

/** The end of the year 9999, where the times of protobuf end. */
const MAX_TIME_MS = 253_402_300_800_000;

/** @param time the time 0 stands for "unknown"; a producer that keeps to no rule may bring none */
function knownTimeMs(time: HrTime | undefined): number | undefined {
  const timeMs = (time?.[0] ?? 0) * 1000 + (time?.[1] ?? 0) / 1e6;
  return timeMs > 0 && timeMs < MAX_TIME_MS ? timeMs : undefined;
}
