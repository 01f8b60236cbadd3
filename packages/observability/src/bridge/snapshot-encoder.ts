import type { Attributes } from '@opentelemetry/api';
import type {
  DataPoint,
  ExponentialHistogram,
  Histogram,
  MetricData,
  MetricDescriptor,
  ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { DefinitionTable } from './definition-table.ts';
import {
  type BridgeSnapshot,
  EXPONENTIAL_HISTOGRAM_HEAD_LENGTH,
  HAS_MAX,
  HAS_MIN,
  HAS_SUM,
  HISTOGRAM_HEAD_LENGTH,
  type MetricDefinition,
  POINT_HEAD_LENGTH,
} from './metric-snapshot.ts';

/** Turns collections into snapshots for one decoder at a time. */
export interface SnapshotEncoder {
  /**
   * Encodes one collection. Objects are known by their identity: the same attributes, descriptor or boundaries object
   * crosses once for as long as each collection has it.
   * @param options.reset - the decoder knows nothing, so that everything is defined again
   */
  encode(scopeMetrics: readonly ScopeMetrics[], options: { readonly reset: boolean }): BridgeSnapshot;
}

export function createSnapshotEncoder(): SnapshotEncoder {
  return new IdentityEncoder();
}

/** Slack for series that come new, as a share of the previous length, so that most collections need one allocation. */
const GROWTH_SLACK = 1.125;

const LEAST_CAPACITY = 256;

/** Shared memory takes 15 microseconds to get, be it none at all. */
const NO_NUMBERS = new Float64Array(0);

type Scope = ScopeMetrics['scope'];

class IdentityEncoder implements SnapshotEncoder {
  #sequence = 0;
  #scopes = new DefinitionTable<Scope>();
  #metrics = new DefinitionTable<MetricDefinition>();
  #attributes = new DefinitionTable<Attributes>();
  #boundaries = new DefinitionTable<number[]>();
  #definitions = new WeakMap<MetricDescriptor, MetricDefinition>();
  #numbers: Float64Array = NO_NUMBERS;
  #length = 0;

  encode(scopeMetrics: readonly ScopeMetrics[], options: { readonly reset: boolean }): BridgeSnapshot {
    const isFull = options.reset || this.#sequence === 0;
    if (isFull) {
      this.#forget();
    }
    this.#sequence++;
    this.#numbers =
      scopeMetrics.length === 0
        ? NO_NUMBERS
        : sharedNumbers(Math.max(LEAST_CAPACITY, Math.ceil(this.#length * GROWTH_SLACK)));
    this.#length = 0;
    for (const { scope, metrics } of scopeMetrics) {
      this.#reserve(2);
      this.#push(this.#scopes.idOf(scope));
      this.#push(metrics.length);
      for (const metric of metrics) {
        this.#encodeMetric(metric);
      }
    }
    const numbers = this.#numbers.subarray(0, this.#length);
    this.#numbers = NO_NUMBERS;
    return {
      sequence: this.#sequence,
      isFull,
      scopes: this.#scopes.update(),
      metrics: this.#metrics.update(),
      attributes: this.#attributes.update(),
      boundaries: this.#boundaries.update(),
      numbers,
    };
  }

  #forget(): void {
    this.#scopes = new DefinitionTable();
    this.#metrics = new DefinitionTable();
    this.#attributes = new DefinitionTable();
    this.#boundaries = new DefinitionTable();
    this.#definitions = new WeakMap();
  }

  #encodeMetric(metric: MetricData): void {
    this.#reserve(2);
    this.#push(this.#metrics.idOf(this.#definitionOf(metric)));
    this.#push(metric.dataPoints.length);
    // Told apart by what they have: the SDK's enumeration of types is not imported here, because the SDK may be absent.
    for (const point of metric.dataPoints) {
      const { value } = point;
      if (typeof value === 'number') {
        this.#reserve(POINT_HEAD_LENGTH + 1);
        this.#pushHead(point);
        this.#push(value);
      } else if ('buckets' in value) {
        this.#reserve(POINT_HEAD_LENGTH + HISTOGRAM_HEAD_LENGTH + value.buckets.counts.length);
        this.#pushHead(point);
        this.#pushHistogram(value);
      } else {
        const buckets = value.positive.bucketCounts.length + value.negative.bucketCounts.length;
        this.#reserve(POINT_HEAD_LENGTH + EXPONENTIAL_HISTOGRAM_HEAD_LENGTH + buckets);
        this.#pushHead(point);
        this.#pushExponentialHistogram(value);
      }
    }
  }

  /** The same object for as long as nothing of it changes. */
  #definitionOf(metric: MetricData): MetricDefinition {
    const { descriptor, dataPointType, aggregationTemporality } = metric;
    const isMonotonic = 'isMonotonic' in metric ? metric.isMonotonic : undefined;
    const known = this.#definitions.get(descriptor);
    if (
      known !== undefined &&
      known.dataPointType === dataPointType &&
      known.aggregationTemporality === aggregationTemporality &&
      known.isMonotonic === isMonotonic
    ) {
      return known;
    }
    const { name, description, unit, valueType } = descriptor;
    const definition: MetricDefinition = {
      descriptor: { name, description, unit, valueType },
      dataPointType,
      aggregationTemporality,
      isMonotonic,
    };
    this.#definitions.set(descriptor, definition);
    return definition;
  }

  #pushHead(point: DataPoint<unknown>): void {
    this.#push(this.#attributes.idOf(point.attributes));
    this.#push(point.startTime[0]);
    this.#push(point.startTime[1]);
    this.#push(point.endTime[0]);
    this.#push(point.endTime[1]);
  }

  #pushHistogram({ buckets, count, sum, min, max }: Histogram): void {
    this.#push(this.#boundaries.idOf(buckets.boundaries));
    this.#pushStatistics(count, sum, min, max);
    this.#pushCounts(buckets.counts);
  }

  #pushExponentialHistogram(value: ExponentialHistogram): void {
    this.#pushStatistics(value.count, value.sum, value.min, value.max);
    this.#push(value.scale);
    this.#push(value.zeroCount);
    this.#push(value.positive.offset);
    this.#pushCounts(value.positive.bucketCounts);
    this.#push(value.negative.offset);
    this.#pushCounts(value.negative.bucketCounts);
  }

  #pushStatistics(count: number, sum?: number, min?: number, max?: number): void {
    this.#push(
      (sum === undefined ? 0 : HAS_SUM) | (min === undefined ? 0 : HAS_MIN) | (max === undefined ? 0 : HAS_MAX),
    );
    this.#push(count);
    this.#push(sum ?? 0);
    this.#push(min ?? 0);
    this.#push(max ?? 0);
  }

  #pushCounts(counts: readonly number[]): void {
    this.#push(counts.length);
    for (let bucket = 0; bucket < counts.length; bucket++) {
      this.#push(counts[bucket]!);
    }
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#numbers.length) {
      return;
    }
    const grown = sharedNumbers(Math.max(this.#numbers.length * 2, this.#length + count));
    grown.set(this.#numbers);
    this.#numbers = grown;
  }

  #push(value: number): void {
    this.#numbers[this.#length] = value;
    this.#length++;
  }
}

function sharedNumbers(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
