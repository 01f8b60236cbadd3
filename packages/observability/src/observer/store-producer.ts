import { type HrTime, ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, DataPoint, Histogram, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { CUMULATIVE, GAUGE_POINT, HISTOGRAM_POINT, SUM_POINT } from '../otel-numbers.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { ReadableMetric, ReadableSeries, StoreReader } from '../store/store-reader.ts';
import { version } from '../version.ts';

/** A reader takes the resource of its own MeterProvider; that of a producer is not looked at. */
const NO_RESOURCE: Resource = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};

/** As the protocol has it: nobody knows since when a counter has counted that somebody else keeps. */
const UNKNOWN_TIME: HrTime = [0, 0];

/** Milliseconds since the epoch as OpenTelemetry's `[seconds, nanoseconds]`. */
function hrTimeOf(timeMs: number): HrTime {
  const seconds = Math.floor(timeMs / 1000);
  return [seconds, Math.round((timeMs - seconds * 1000) * 1e6)];
}

/**
 * A `MetricProducer` over the store: whatever reader asks gets the counts as they are in that moment, cumulative.
 *
 * @param beforeCollection brings up to date what is only known when it is asked for
 */
export function createStoreProducer(
  reader: StoreReader,
  now: () => number,
  beforeCollection: () => void = (): void => {},
): MetricProducer {
  const scope = { name: '@inferometer/observability', version };
  return {
    collect: (): Promise<CollectionResult> => {
      beforeCollection();
      const endTime = hrTimeOf(now());
      const metrics: MetricData[] = [];
      for (const metric of reader.metrics.values()) {
        const data = metricData(metric, endTime);
        if (data.dataPoints.length > 0) {
          metrics.push(data);
        }
      }
      return Promise.resolve({
        resourceMetrics: { resource: NO_RESOURCE, scopeMetrics: [{ scope, metrics }] },
        errors: [],
      });
    },
  };
}

function metricData(metric: ReadableMetric, endTime: HrTime): MetricData {
  const { definition } = metric;
  const descriptor = {
    name: definition.name,
    description: definition.description,
    unit: definition.unit,
    valueType: ValueType.DOUBLE,
  };
  const aggregationTemporality = CUMULATIVE;
  switch (definition.kind) {
    case 'histogram':
      return {
        descriptor,
        aggregationTemporality,
        dataPointType: HISTOGRAM_POINT,
        dataPoints: histogramPoints(metric, endTime),
      };
    case 'gauge':
    case 'ratio':
      return {
        descriptor,
        aggregationTemporality,
        dataPointType: GAUGE_POINT,
        dataPoints: numberPoints(metric, endTime),
      };
    default:
      return {
        descriptor,
        aggregationTemporality,
        dataPointType: SUM_POINT,
        isMonotonic: isMonotonic(definition),
        dataPoints: numberPoints(metric, endTime),
      };
  }
}

function isMonotonic(definition: MetricDefinition): boolean {
  return definition.kind === 'counter' || definition.kind === 'mirroredCounter';
}

function numberPoints(metric: ReadableMetric, endTime: HrTime): DataPoint<number>[] {
  const points: DataPoint<number>[] = [];
  const isMirrored = metric.definition.kind === 'mirroredCounter';
  for (const series of metric.series.values()) {
    const value = series.readValue();
    if (value !== undefined) {
      const startTime = isMirrored ? UNKNOWN_TIME : hrTimeOf(series.startTimeMs);
      points.push({ startTime, endTime, attributes: series.attributes, value });
    }
  }
  return points;
}

function histogramPoints(metric: ReadableMetric, endTime: HrTime): DataPoint<Histogram>[] {
  const points: DataPoint<Histogram>[] = [];
  for (const series of metric.series.values()) {
    points.push({
      startTime: hrTimeOf(series.startTimeMs),
      endTime,
      attributes: series.attributes,
      value: histogramValue(series),
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
