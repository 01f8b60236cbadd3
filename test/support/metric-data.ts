import { ValueType, type Attributes } from '@opentelemetry/api';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** What all metrics made here have in common. */
export interface MetricFields {
  readonly unit?: string;
  readonly description?: string;
  readonly temporality?: AggregationTemporality;
}

/** A series as its attributes and its value. */
export type Series<T> = readonly [attributes: Attributes, value: T];

export function counterData(name: string, series: readonly Series<number>[], fields: MetricFields = {}): MetricData {
  return { ...common(name, fields), dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points(series) };
}

export function upDownCounterData(
  name: string,
  series: readonly Series<number>[],
  fields: MetricFields = {},
): MetricData {
  return { ...common(name, fields), dataPointType: DataPointType.SUM, isMonotonic: false, dataPoints: points(series) };
}

export function gaugeData(name: string, series: readonly Series<number>[], fields: MetricFields = {}): MetricData {
  return { ...common(name, fields), dataPointType: DataPointType.GAUGE, dataPoints: points(series) };
}

export function histogramData(
  name: string,
  series: readonly Series<Histogram>[],
  fields: MetricFields = {},
): MetricData {
  return { ...common(name, fields), dataPointType: DataPointType.HISTOGRAM, dataPoints: points(series) };
}

export function exponentialHistogramData(
  name: string,
  series: readonly Series<ExponentialHistogram>[],
  fields: MetricFields = {},
): MetricData {
  return { ...common(name, fields), dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints: points(series) };
}

/** A histogram whose count is that of its buckets. */
export function histogram(boundaries: number[], counts: number[], sum?: number): Histogram {
  const value: Histogram = {
    buckets: { boundaries, counts },
    count: counts.reduce((total, count) => total + count, 0),
  };
  if (sum !== undefined) {
    value.sum = sum;
  }
  return value;
}

/** A collection result of one scope for each list of metrics. */
export function resourceMetrics(scopes: readonly (readonly MetricData[])[], attributes?: Attributes): ResourceMetrics {
  return {
    resource: attributes === undefined ? emptyResource() : resourceFromAttributes(attributes),
    scopeMetrics: scopes.map((metrics, index) => ({ scope: { name: `scope-${index}` }, metrics: [...metrics] })),
  };
}

function common(name: string, { unit = '', description = '', temporality }: MetricFields) {
  return {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: temporality ?? AggregationTemporality.CUMULATIVE,
  };
}

function points<T>(series: readonly Series<T>[]) {
  return series.map(([attributes, value]) => ({
    attributes,
    value,
    startTime: [1, 0] as [number, number],
    endTime: [1, 0] as [number, number],
  }));
}
