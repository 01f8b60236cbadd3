import type { Attributes, HrTime } from '@opentelemetry/api';
import { DataPointType, type DataPoint, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../../catalogue/metric-definition.ts';
import type { ReadableMetric, ReadableSeries } from '../../store/store-reader.ts';
import { readableBehind, startTimeMsOf } from '../store-metric.ts';
import type { BodyBuilder } from './body-builder.ts';
import type { BucketLayout } from './bucket-layout.ts';
import type { ByteText } from './byte-text.ts';
import type { CumulativeCounts } from './cumulative-counts.ts';
import type { ExpositionFormat, FamilyHead } from './exposition-format.ts';
import { classicHistogram } from './exponential-buckets.ts';
import type { SeriesLabels } from './series-labels.ts';
import type { SeriesLines } from './series-lines.ts';

/** What writers of series share. */
export interface SeriesWriterParts {
  readonly labels: SeriesLabels;
  readonly histogramLabels: SeriesLabels;
  readonly layoutOf: (boundaries: readonly number[]) => BucketLayout;
  readonly lines: SeriesLines;
  readonly cumulative: CumulativeCounts;
  /** Whether it is told when series began, where the format has a place for it. */
  readonly createdTimestamps: boolean;
}

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

/** The series of a metric of any origin. */
export function createSeriesWriter(
  metric: MetricData,
  family: FamilyHead,
  format: ExpositionFormat,
  parts: SeriesWriterParts,
): SeriesWriter {
  const tellsStart = parts.createdTimestamps && format.tellsMore;
  const readable = readableBehind(metric);
  if (readable !== undefined) {
    return readable.definition.kind === 'histogram'
      ? storeHistograms(readable, family, format, parts, tellsStart)
      : storeNumbers(readable, family, format, parts, tellsStart);
  }
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return histogramPoints(metric.dataPoints, (value) => value, family, format, parts, tellsStart);
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return histogramPoints(metric.dataPoints, classicHistogram, family, format, parts, tellsStart);
    default:
      return numberPoints(metric.dataPoints, family, format, parts, tellsStart);
  }
}

/** The recorder makes its labels of names that are known and of well-formed texts: what differs there differs here. */
function areDistinct({ userLabels }: MetricDefinition): boolean {
  return userLabels;
}

function storeHistograms(
  { definition, series }: ReadableMetric,
  { name }: FamilyHead,
  format: ExpositionFormat,
  { histogramLabels, layoutOf, lines: linesOf, cumulative }: SeriesWriterParts,
  tellsStart: boolean,
): SeriesWriter<ReadableSeries> {
  const lines = linesOf.ofHistograms(name, format);
  let values = new Float64Array(0);
  return {
    series: series.values(),
    areDistinct: areDistinct(definition),
    labelsOf: (one) => histogramLabels.textOfSeries(one),
    write(body, labels, one): void {
      const bounds = one.bounds ?? [];
      const layout = layoutOf(bounds);
      const buckets = layout.tails.length;
      if (values.length !== bounds.length + 2) {
        values = new Float64Array(bounds.length + 2);
      }
      one.readHistogram(values);
      const counts = cumulative.of(values, bounds.length + 1, buckets, 0);
      const startTimeMs = tellsStart ? startTimeMsOf(definition, one) : undefined;
      const exemplars = format.tellsMore ? one.readExemplars() : undefined;
      lines.write(body, labels, layout, counts, values[bounds.length + 1], exemplars, startTimeMs);
    },
  };
}

function storeNumbers(
  { definition, series }: ReadableMetric,
  { name, type }: FamilyHead,
  format: ExpositionFormat,
  { labels: seriesLabels, lines: linesOf }: SeriesWriterParts,
  tellsStart: boolean,
): SeriesWriter<ReadableSeries> {
  const lines = linesOf.ofNumbers(name, type, format);
  return {
    series: series.values(),
    areDistinct: areDistinct(definition),
    labelsOf: (one) => seriesLabels.textOfSeries(one),
    write(body, labels, one): void {
      const value = one.readValue();
      if (value !== undefined) {
        lines.write(body, labels, value, tellsStart ? startTimeMsOf(definition, one) : undefined);
      }
    },
  };
}

function histogramPoints<T>(
  points: readonly DataPoint<T>[],
  toHistogram: (value: T) => Histogram,
  { name }: FamilyHead,
  format: ExpositionFormat,
  { histogramLabels, layoutOf, lines: linesOf, cumulative }: SeriesWriterParts,
  tellsStart: boolean,
): SeriesWriter<DataPoint<T>> {
  const lines = linesOf.ofHistograms(name, format);
  return {
    series: points.values(),
    areDistinct: false,
    labelsOf: ({ attributes }) => histogramLabels.textOf(attributes),
    write(body, labels, point): void {
      const { buckets, count, sum } = toHistogram(point.value);
      const layout = layoutOf(buckets.boundaries);
      const counts = cumulative.of(buckets.counts, buckets.counts.length, layout.tails.length, count);
      const startTimeMs = tellsStart ? knownTimeMs(point.startTime) : undefined;
      lines.write(body, labels, layout, counts, sum, undefined, startTimeMs);
    },
  };
}

function numberPoints(
  points: readonly DataPoint<number>[],
  { name, type }: FamilyHead,
  format: ExpositionFormat,
  { labels: seriesLabels, lines: linesOf }: SeriesWriterParts,
  tellsStart: boolean,
): SeriesWriter<DataPoint<number>> {
  const lines = linesOf.ofNumbers(name, type, format);
  return {
    series: points.values(),
    areDistinct: false,
    labelsOf: ({ attributes }) => seriesLabels.textOf(attributes),
    write(body, labels, point): void {
      lines.write(body, labels, point.value, tellsStart ? knownTimeMs(point.startTime) : undefined);
    },
  };
}

/** `undefined` for the time 0, which stands for "unknown". */
function knownTimeMs([seconds, nanoseconds]: HrTime): number | undefined {
  return seconds === 0 && nanoseconds === 0 ? undefined : seconds * 1000 + nanoseconds / 1e6;
}
