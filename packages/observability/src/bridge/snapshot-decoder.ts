import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  type BridgeSnapshot,
  type DefinitionUpdate,
  HAS_MAX,
  HAS_MIN,
  HAS_SUM,
  type MetricDefinition,
} from './metric-snapshot.ts';

/** Turns snapshots of one encoder back into metrics. */
export interface SnapshotDecoder {
  /**
   * The metrics of `snapshot`. Attributes, descriptors, scopes and bucket boundaries are the same objects from one
   * snapshot to the next, so that what is derived from them can be cached by identity.
   * @returns `undefined` when a snapshot before this one was missed, so that only a full one can be understood
   * @throws RangeError if the snapshot contradicts itself
   */
  decode(snapshot: BridgeSnapshot): ScopeMetrics[] | undefined;
}

export function createSnapshotDecoder(): SnapshotDecoder {
  return new TableDecoder();
}

type Scope = ScopeMetrics['scope'];

const NO_TIME: HrTime = [0, 0];

class TableDecoder implements SnapshotDecoder {
  /** `undefined` until a full snapshot has come, and after one that failed. */
  #sequence: number | undefined;
  readonly #scopes = new Map<number, Scope>();
  readonly #metrics = new Map<number, MetricDefinition>();
  readonly #attributes = new Map<number, Attributes>();
  readonly #boundaries = new Map<number, number[]>();
  #numbers: Float64Array = new Float64Array(0);
  #position = 0;
  #startTime: HrTime = NO_TIME;
  #endTime: HrTime = NO_TIME;

  decode(snapshot: BridgeSnapshot): ScopeMetrics[] | undefined {
    if (snapshot.isFull) {
      this.#scopes.clear();
      this.#metrics.clear();
      this.#attributes.clear();
      this.#boundaries.clear();
    } else if (this.#sequence === undefined || snapshot.sequence !== this.#sequence + 1) {
      this.#sequence = undefined;
      return undefined;
    }
    this.#sequence = undefined;
    add(this.#scopes, snapshot.scopes);
    add(this.#metrics, snapshot.metrics);
    add(this.#attributes, snapshot.attributes);
    add(this.#boundaries, snapshot.boundaries);
    this.#numbers = snapshot.numbers;
    this.#position = 0;
    const scopeMetrics: ScopeMetrics[] = [];
    while (this.#position < this.#numbers.length) {
      scopeMetrics.push({ scope: known(this.#scopes, this.#next()), metrics: this.#repeat(() => this.#metric()) });
    }
    remove(this.#scopes, snapshot.scopes);
    remove(this.#metrics, snapshot.metrics);
    remove(this.#attributes, snapshot.attributes);
    remove(this.#boundaries, snapshot.boundaries);
    this.#numbers = new Float64Array(0);
    this.#sequence = snapshot.sequence;
    return scopeMetrics;
  }

  #metric(): MetricData {
    const { descriptor, dataPointType, aggregationTemporality, isMonotonic } = known(this.#metrics, this.#next());
    const base = { descriptor, aggregationTemporality };
    switch (dataPointType) {
      case DataPointType.HISTOGRAM:
        return { ...base, dataPointType, dataPoints: this.#points(() => this.#histogram()) };
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        return { ...base, dataPointType, dataPoints: this.#points(() => this.#exponentialHistogram()) };
      case DataPointType.SUM:
        return {
          ...base,
          dataPointType,
          dataPoints: this.#points(() => this.#next()),
          isMonotonic: isMonotonic === true,
        };
      default:
        return { ...base, dataPointType, dataPoints: this.#points(() => this.#next()) };
    }
  }

  #points<Value>(readValue: () => Value): DataPoint<Value>[] {
    return this.#repeat(() => {
      const attributes = known(this.#attributes, this.#next());
      this.#startTime = this.#time(this.#startTime);
      this.#endTime = this.#time(this.#endTime);
      return { attributes, startTime: this.#startTime, endTime: this.#endTime, value: readValue() };
    });
  }

  /** Most points have the times of the one before: then it is the same object, too. */
  #time(previous: HrTime): HrTime {
    const seconds = this.#next();
    const nanoseconds = this.#next();
    return previous[0] === seconds && previous[1] === nanoseconds ? previous : [seconds, nanoseconds];
  }

  #histogram(): Histogram {
    const boundaries = known(this.#boundaries, this.#next());
    const { count, sum, min, max } = this.#statistics();
    return { min, max, sum, buckets: { boundaries, counts: this.#counts() }, count } as Histogram;
  }

  #exponentialHistogram(): ExponentialHistogram {
    const { count, sum, min, max } = this.#statistics();
    const scale = this.#next();
    const zeroCount = this.#next();
    const positive = { offset: this.#next(), bucketCounts: this.#counts() };
    const negative = { offset: this.#next(), bucketCounts: this.#counts() };
    return { min, max, sum, positive, negative, count, scale, zeroCount } as ExponentialHistogram;
  }

  #statistics(): { count: number; sum: number | undefined; min: number | undefined; max: number | undefined } {
    const flags = this.#next();
    const count = this.#next();
    const sum = this.#next();
    const min = this.#next();
    const max = this.#next();
    return {
      count,
      sum: (flags & HAS_SUM) === 0 ? undefined : sum,
      min: (flags & HAS_MIN) === 0 ? undefined : min,
      max: (flags & HAS_MAX) === 0 ? undefined : max,
    };
  }

  #counts(): number[] {
    const length = this.#length();
    const counts = Array.from(this.#numbers.subarray(this.#position, this.#position + length));
    this.#position += length;
    return counts;
  }

  #repeat<Item>(read: () => Item): Item[] {
    const length = this.#length();
    const items: Item[] = [];
    for (let item = 0; item < length; item++) {
      items.push(read());
    }
    return items;
  }

  /** A number of things that follow, each of at least one number. */
  #length(): number {
    const length = this.#next();
    if (!(length <= this.#numbers.length - this.#position)) {
      throw new RangeError('A bridge snapshot announces more numbers than it has.');
    }
    return length;
  }

  #next(): number {
    const value = this.#numbers[this.#position];
    if (value === undefined) {
      throw new RangeError('A bridge snapshot ends in the middle of a metric.');
    }
    this.#position++;
    return value;
  }
}

function add<Definition>(table: Map<number, Definition>, update: DefinitionUpdate<Definition>): void {
  for (const [position, definition] of update.added.entries()) {
    table.set(update.firstId + position, definition);
  }
}

function remove(table: Map<number, unknown>, update: DefinitionUpdate<unknown>): void {
  for (const id of update.removed) {
    table.delete(id);
  }
}

function known<Definition>(table: ReadonlyMap<number, Definition>, id: number): Definition {
  const definition = table.get(id);
  if (definition === undefined) {
    throw new RangeError(`A bridge snapshot uses definition ${id}, which was never sent.`);
  }
  return definition;
}
