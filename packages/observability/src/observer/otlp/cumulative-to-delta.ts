import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type InstrumentType,
  type MetricData,
  type PushMetricExporter,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { seriesKey } from '../../store/series-key.ts';
import type { ProblemLog } from '../problem-log.ts';
import {
  copyExponentialHistogram,
  copyHistogram,
  type Difference,
  exponentialDifference,
  histogramDifference,
  sumDifference,
} from './delta-point.ts';
import { type ExportCallback, isExported, notExported } from './export-outcome.ts';
import { type Baseline, SeriesBaselines } from './series-baselines.ts';

/** Options of {@link createCumulativeToDelta}. */
export interface CumulativeToDeltaOptions {
  /**
   * Set where another observer of this process exported before, to the time of taking over, in milliseconds since the
   * epoch. Series that are older are taken for exported, which loses what was counted since that observer's last
   * export; otherwise all that was ever counted would be exported twice.
   */
  readonly resumedAtMs?: number | undefined;
  /** Series that are remembered; what comes beyond is left out and told to the log. Default: 100,000. */
  readonly maxSeries?: number;
  readonly log: ProblemLog;
}

/** More than the store's limits let arise, and some 40 MB of histograms. */
const DEFAULT_MAX_SERIES = 100_000;

/**
 * An exporter that turns the cumulative metrics that it is given into delta ones and hands them on: monotonic sums,
 * histograms and exponential histograms carry what was added since the last export *that arrived*, so an outage of the
 * collector loses nothing. Gauges, other sums and what is delta already pass unchanged.
 *
 * A series whose value went down or whose start time changed was started anew: its full value is what was added. A
 * series that stays as it is carries a 0, which is something else than being gone. Where a start time is unknown (0), the
 * first value is only where counting begins: a driver may have counted for a month.
 *
 * The preference `lowmemory` asks for delta from counters and cumulative values from observable counters, to spare the
 * SDK memory. Producers do not tell which is which, and the memory is spent here either way, so it is treated as
 * `delta`.
 */
export function createCumulativeToDelta(
  exporter: PushMetricExporter,
  options: CumulativeToDeltaOptions,
): PushMetricExporter {
  return new CumulativeToDeltaExporter(exporter, options);
}

class CumulativeToDeltaExporter implements PushMetricExporter {
  readonly #exporter: PushMetricExporter;
  readonly #resumedAtMs: number;
  readonly #maxSeries: number;
  readonly #log: ProblemLog;
  readonly #baselines: SeriesBaselines;
  // Attributes of cumulative series keep their identity from one collection to the next.
  readonly #seriesKeys = new WeakMap<Attributes, string>();
  #isUnderWay = false;

  constructor(exporter: PushMetricExporter, options: CumulativeToDeltaOptions) {
    this.#exporter = exporter;
    this.#resumedAtMs = options.resumedAtMs ?? -Infinity;
    this.#maxSeries = options.maxSeries ?? DEFAULT_MAX_SERIES;
    this.#log = options.log;
    this.#baselines = new SeriesBaselines(this.#maxSeries);
  }

  export(metrics: ResourceMetrics, resultCallback: ExportCallback): void {
    if (this.#isUnderWay) {
      // From the same baselines the same counts would be sent twice.
      resultCallback(notExported(new Error('the export before this one is still under way')));
      return;
    }
    const conversion = new Conversion(this.#baselines, this.#seriesKeys, this.#resumedAtMs);
    const delta = conversion.convert(metrics);
    if (conversion.leftOut > 0) {
      const message = `${conversion.leftOut} series are not exported over OTLP: more than ${this.#maxSeries} to turn into delta`;
      this.#log.report('delta series', message);
    }
    this.#isUnderWay = true;
    const settle: ExportCallback = (outcome) => {
      this.#isUnderWay = false;
      if (isExported(outcome)) {
        this.#baselines.advance(conversion.next);
      }
      resultCallback(outcome);
    };
    try {
      this.#exporter.export(delta, settle);
    } catch (error) {
      settle(notExported(error));
    }
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  selectAggregationTemporality(_instrumentType: InstrumentType): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE;
  }
}

/** One export's worth of metrics on the way from cumulative to delta. */
class Conversion {
  /** What the baselines will be once this has arrived. */
  readonly next = new Map<string, Baseline>();
  /** Series for which there was no room. */
  leftOut = 0;
  readonly #baselines: SeriesBaselines;
  readonly #seriesKeys: WeakMap<Attributes, string>;
  readonly #resumedAtMs: number;
  #newSeries = 0;

  constructor(baselines: SeriesBaselines, seriesKeys: WeakMap<Attributes, string>, resumedAtMs: number) {
    this.#baselines = baselines;
    this.#seriesKeys = seriesKeys;
    this.#resumedAtMs = resumedAtMs;
  }

  convert(metrics: ResourceMetrics): ResourceMetrics {
    return { resource: metrics.resource, scopeMetrics: metrics.scopeMetrics.map((scope) => this.#scopeMetrics(scope)) };
  }

  #scopeMetrics({ scope, metrics }: ScopeMetrics): ScopeMetrics {
    const scopeKey = `${scope.name}\n${scope.version ?? ''}`;
    const converted = metrics.map((metric) => this.#metric(metric, scopeKey));
    return { scope, metrics: converted.filter((metric) => metric.dataPoints.length > 0) };
  }

  #metric(metric: MetricData, scopeKey: string): MetricData {
    if (metric.aggregationTemporality !== AggregationTemporality.CUMULATIVE) {
      return metric;
    }
    const key = `${scopeKey}\n${metric.dataPointType}\n${metric.descriptor.name}\n`;
    const aggregationTemporality = AggregationTemporality.DELTA;
    switch (metric.dataPointType) {
      case DataPointType.SUM: {
        if (!metric.isMonotonic) {
          return metric;
        }
        const dataPoints = this.#points(metric.dataPoints, key, sumDifference, (value) => value);
        return { ...metric, aggregationTemporality, dataPoints };
      }
      case DataPointType.HISTOGRAM: {
        const dataPoints = this.#points(metric.dataPoints, key, histogramDifference, copyHistogram);
        return { ...metric, aggregationTemporality, dataPoints };
      }
      case DataPointType.EXPONENTIAL_HISTOGRAM: {
        const dataPoints = this.#points(metric.dataPoints, key, exponentialDifference, copyExponentialHistogram);
        return { ...metric, aggregationTemporality, dataPoints };
      }
      default:
        return metric;
    }
  }

  #points<Value>(
    points: readonly DataPoint<Value>[],
    metricKey: string,
    difference: Difference<Value>,
    copy: (value: Value) => Value,
  ): DataPoint<Value>[] {
    const deltas: DataPoint<Value>[] = [];
    for (const point of points) {
      const key = this.#keyOf(point, metricKey);
      const baseline = this.#baselines.get(key);
      const next: Baseline = { startTime: point.startTime, endTime: point.endTime, value: copy(point.value) };
      if (baseline !== undefined) {
        this.next.set(key, next);
        deltas.push(deltaPoint(point, baseline, difference));
      } else if (!this.#baselines.hasRoomFor(this.#newSeries + 1)) {
        this.leftOut += 1;
      } else if (isUnknown(point.startTime) || milliseconds(point.startTime) < this.#resumedAtMs) {
        this.#baselines.set(key, next);
      } else {
        this.#newSeries += 1;
        this.next.set(key, next);
        deltas.push(point);
      }
    }
    return deltas;
  }

  #keyOf(point: DataPoint<unknown>, metricKey: string): string {
    let series = this.#seriesKeys.get(point.attributes);
    if (series === undefined) {
      series = seriesKey(point.attributes);
      this.#seriesKeys.set(point.attributes, series);
    }
    let key = metricKey + series;
    // Two producers may tell the same series: each of them is one of its own, in the order in which they come.
    while (this.next.has(key)) {
      key += '\n';
    }
    return key;
  }
}

function deltaPoint<Value>(
  point: DataPoint<Value>,
  baseline: Baseline,
  difference: Difference<Value>,
): DataPoint<Value> {
  const isSameRun = !isBefore(point.startTime, baseline.startTime) && !isBefore(baseline.startTime, point.startTime);
  const added = isSameRun ? difference(point.value, baseline.value as Value) : undefined;
  // What was exported reaches up to its end; only a series that began later leaves a gap.
  const startTime = isBefore(baseline.endTime, point.startTime) ? point.startTime : baseline.endTime;
  return { ...point, startTime, value: added ?? point.value };
}

function isUnknown(time: HrTime): boolean {
  return time[0] === 0 && time[1] === 0;
}

function isBefore(time: HrTime, other: HrTime): boolean {
  return time[0] < other[0] || (time[0] === other[0] && time[1] < other[1]);
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}
