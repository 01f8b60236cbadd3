import { type HrTime, ValueType } from '@opentelemetry/api';
import type {
  AggregationTemporality,
  DataPoint,
  DataPointType,
  ExponentialHistogram,
  Histogram,
  MetricData,
  MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { CUMULATIVE, EXPONENTIAL_HISTOGRAM_POINT, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT } from '../otel-numbers.ts';
import { GRID_COUNTS, GRID_OFFSET, GRID_SCALE } from '../store/histogram-grid.ts';
import type { ReadableMetric, ReadableSeries } from '../store/store-reader.ts';

/** As the protocol has it: nobody knows since when a counter has counted that somebody else keeps. */
const UNKNOWN_TIME: HrTime = [0, 0];

/** Milliseconds since the epoch as OpenTelemetry's `[seconds, nanoseconds]`. */
export function hrTimeOf(timeMs: number): HrTime {
  const seconds = Math.floor(timeMs / 1000);
  return [seconds, Math.round((timeMs - seconds * 1000) * 1e6)];
}

/**
 * The metric of the store that metric data stands for: what writes thousands of series reads them there, without a data
 * point made for each. `undefined` for metrics of any other origin.
 */
export function readableBehind(metric: MetricData): ReadableMetric | undefined {
  return StoreMetricData.readableOf(metric);
}

/**
 * A metric of the store as OpenTelemetry has it. Its data points are made when they are first looked at, with the values
 * of that moment.
 *
 * @returns `undefined` for a metric that has no values now
 */
export function storeMetricData(metric: ReadableMetric, endTime: HrTime): MetricData | undefined {
  return hasValues(metric) ? (new StoreMetricData(metric, endTime) as MetricData) : undefined;
}

/** A class, because an object with a getter of its own takes a microsecond to make: a tenth of a small scrape for fifty. */
class StoreMetricData {
  readonly descriptor: MetricDescriptor;
  readonly aggregationTemporality: AggregationTemporality = CUMULATIVE;
  readonly dataPointType: DataPointType;
  /** Of sums alone. */
  declare readonly isMonotonic?: boolean;
  readonly #readable: ReadableMetric;
  readonly #endTime: HrTime;
  #points: Points | undefined;

  constructor(readable: ReadableMetric, endTime: HrTime) {
    const { definition } = readable;
    this.descriptor = descriptorOf(definition);
    this.dataPointType = dataPointTypeOf(readable);
    if (this.dataPointType === SUM_POINT) {
      this.isMonotonic = isMonotonic(definition);
    }
    this.#readable = readable;
    this.#endTime = endTime;
  }

  get dataPoints(): Points {
    return (this.#points ??= dataPoints(this.#readable, this.dataPointType, this.#endTime));
  }

  /** A copy of such data has points of its own, and so does not count. */
  static readableOf(metric: object): ReadableMetric | undefined {
    return #readable in metric ? metric.#readable : undefined;
  }
}

const descriptors = new WeakMap<MetricDefinition, MetricDescriptor>();

function descriptorOf(definition: MetricDefinition): MetricDescriptor {
  let descriptor = descriptors.get(definition);
  if (descriptor === undefined) {
    const { name, description, unit } = definition;
    descriptor = { name, description, unit, valueType: ValueType.DOUBLE };
    descriptors.set(definition, descriptor);
  }
  return descriptor;
}

function hasValues({ definition, series }: ReadableMetric): boolean {
  if (definition.kind === 'histogram') {
    return series.size > 0;
  }
  for (const one of series.values()) {
    if (one.readValue() !== undefined) {
      return true;
    }
  }
  return false;
}

function dataPointTypeOf(metric: ReadableMetric): DataPointType {
  switch (metric.definition.kind) {
    case 'histogram':
      return hasGrid(metric) ? EXPONENTIAL_HISTOGRAM_POINT : HISTOGRAM_POINT;
    case 'gauge':
    case 'ratio':
      return GAUGE_POINT;
    default:
      return SUM_POINT;
  }
}

/** A metric has points of one type: all of its series must have a grid. */
function hasGrid({ series }: ReadableMetric): boolean {
  for (const one of series.values()) {
    if (!one.hasGrid) {
      return false;
    }
  }
  return true;
}

function isMonotonic(definition: MetricDefinition): boolean {
  return definition.kind === 'counter' || definition.kind === 'mirroredCounter';
}

type Points = DataPoint<number>[] | DataPoint<Histogram>[] | DataPoint<ExponentialHistogram>[];

function dataPoints(metric: ReadableMetric, type: DataPointType, endTime: HrTime): Points {
  switch (type) {
    case HISTOGRAM_POINT:
      return histogramPoints(metric, histogramValue, endTime);
    case EXPONENTIAL_HISTOGRAM_POINT:
      return histogramPoints(metric, exponentialHistogramValue, endTime);
    default:
      return numberPoints(metric, endTime);
  }
}

/** When a series began, in milliseconds since the epoch; `undefined` for what somebody else counts. */
export function startTimeMsOf({ kind }: MetricDefinition, series: ReadableSeries): number | undefined {
  return kind === 'mirroredCounter' || kind === 'mirroredUpDownCounter' ? undefined : series.startTimeMs;
}

function numberPoints({ definition, series }: ReadableMetric, endTime: HrTime): DataPoint<number>[] {
  const points: DataPoint<number>[] = [];
  for (const one of series.values()) {
    const value = one.readValue();
    if (value !== undefined) {
      const startTimeMs = startTimeMsOf(definition, one);
      const startTime = startTimeMs === undefined ? UNKNOWN_TIME : hrTimeOf(startTimeMs);
      points.push({ startTime, endTime, attributes: one.attributes, value });
    }
  }
  return points;
}

function histogramPoints<Value>(
  metric: ReadableMetric,
  valueOf: (series: ReadableSeries) => Value,
  endTime: HrTime,
): DataPoint<Value>[] {
  const points: DataPoint<Value>[] = [];
  for (const series of metric.series.values()) {
    points.push({
      startTime: hrTimeOf(series.startTimeMs),
      endTime,
      attributes: series.attributes,
      value: valueOf(series),
    });
  }
  return points;
}

function histogramValue(series: ReadableSeries): Histogram {
  const boundaries = series.bounds ?? [];
  const values = new Float64Array(boundaries.length + 2);
  series.readHistogram(values);
  const counts: number[] = [];
  let count = 0;
  for (let bucket = 0; bucket <= boundaries.length; bucket++) {
    const bucketCount = values[bucket] as number;
    counts.push(bucketCount);
    count += bucketCount;
  }
  return {
    buckets: { boundaries: boundaries as number[], counts },
    sum: values[boundaries.length + 1] as number,
    count,
  };
}

function exponentialHistogramValue(series: ReadableSeries): ExponentialHistogram {
  const values = new Float64Array((series.bounds?.length ?? 0) + 2);
  const grid = new Float64Array(GRID_COUNTS);
  series.readHistogram(values, grid);
  let count = 0;
  let first = grid.length;
  let end = 1;
  for (const [place, bucketCount] of grid.entries()) {
    count += bucketCount;
    if (place > 0 && bucketCount > 0) {
      first = Math.min(first, place);
      end = place + 1;
    }
  }
  const bucketCounts = [...grid.subarray(first, end)];
  const isEmpty = bucketCounts.length === 0;
  return {
    count,
    sum: values.at(-1)!,
    scale: GRID_SCALE,
    zeroCount: grid[0]!,
    positive: { offset: isEmpty ? 0 : GRID_OFFSET + first - 1, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  };
}
