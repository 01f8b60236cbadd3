import type { Attributes } from '@opentelemetry/api';
import type { AggregationTemporality, DataPointType, MetricDescriptor, ScopeMetrics } from '@opentelemetry/sdk-metrics';

/**
 * One collection on its way from the main thread to the observer. What stays the same from one collection to the next
 * (scopes, descriptors, attributes, bucket boundaries) crosses once and is known by a number from then on; all the rest
 * is one array of numbers in shared memory, which is not copied. Handing memory over would do as well, but from the first
 * time on V8 looks before each use of any typed array whether its memory is still there (bench `record`, 7 ns).
 */
export interface BridgeSnapshot {
  /** One more than that of the snapshot before; a gap means that definitions were missed. */
  readonly sequence: number;
  /** Whether this snapshot defines all that it uses, so that whatever was known before is to be forgotten. */
  readonly isFull: boolean;
  readonly scopes: DefinitionUpdate<ScopeMetrics['scope']>;
  readonly metrics: DefinitionUpdate<MetricDefinition>;
  readonly attributes: DefinitionUpdate<Attributes>;
  readonly boundaries: DefinitionUpdate<number[]>;
  /**
   * For each scope: its id, the number of metrics; for each of these: its id, the number of points; for each of these:
   * id of the attributes, start and end time as seconds and nanoseconds, and the value in the layout of its type.
   */
  readonly numbers: Float64Array;
}

/** How the definitions of one sort have changed since the snapshot before. */
export interface DefinitionUpdate<Definition> {
  /** Id of the first added definition; the others follow by one each. */
  readonly firstId: number;
  readonly added: readonly Definition[];
  /** Ids that are used in this snapshot's numbers no more, and never again. */
  readonly removed: readonly number[];
}

/** What is the same for all points of a metric. */
export interface MetricDefinition {
  readonly descriptor: MetricDescriptor;
  readonly dataPointType: DataPointType;
  readonly aggregationTemporality: AggregationTemporality;
  /** `undefined` for anything but a sum. */
  readonly isMonotonic: boolean | undefined;
}

/** Bits that say which of a histogram's optional numbers are there. */
export const HAS_SUM = 1;
export const HAS_MIN = 2;
export const HAS_MAX = 4;

/** Attributes, start and end time. */
export const POINT_HEAD_LENGTH = 5;

/** Boundaries, flags, count, sum, min, max, number of bucket counts. */
export const HISTOGRAM_HEAD_LENGTH = 7;

/** Flags, count, sum, min, max, scale, zero count, and offset and number of bucket counts on either side of zero. */
export const EXPONENTIAL_HISTOGRAM_HEAD_LENGTH = 11;
