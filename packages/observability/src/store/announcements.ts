import type { Attributes } from '@opentelemetry/api';
import type { BucketExemplars } from './exemplars.ts';

/**
 * What a recording thread tells the observer, once per slab and per series. Everything in it can be cloned between
 * threads; counts themselves are never in a message, they are read from the shared slabs.
 */
export type Announcement = WriterAnnouncement | RetirementAnnouncement;

/** What a writer itself announces. */
export type WriterAnnouncement = SlabAnnouncement | SeriesAnnouncement | ExemplarsAnnouncement;

/** A new slab of a writer. A slab never moves and is never given back while its writer lives. */
export interface SlabAnnouncement {
  readonly kind: 'slab';
  readonly writer: number;
  readonly slab: number;
  readonly buffer: SharedArrayBuffer;
}

/** A new series of a writer: which metric, which labels, where its slots are. */
export interface SeriesAnnouncement {
  readonly kind: 'series';
  readonly writer: number;
  /** Counts up from 0 for each writer, so that a second announcement of the same series is known as such. */
  readonly series: number;
  /** Name in the metric catalogue. */
  readonly metric: string;
  readonly attributes: Attributes;
  readonly slab: number;
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly startTimeMs: number;
  /** Upper bounds of a histogram's buckets, the last one (infinity) left out. */
  readonly bounds?: readonly number[];
  /** Whether a histogram is counted by the exponential grid too; see histogram-grid.ts. */
  readonly hasGrid?: boolean;
  /**
   * Counters only, and only where many of one owner lie side by side: what labels each has beside `attributes`. To readers
   * each is a series of its own.
   */
  readonly bins?: readonly Attributes[];
  /** Gauges and mirrored counters only: who set it. A value set by hand wins over a sampled one. */
  readonly origin?: GaugeOrigin;
}

/** Where the exemplars of a writer's histogram are; after the histogram itself, once it has the first one. */
export interface ExemplarsAnnouncement {
  readonly kind: 'exemplars';
  readonly writer: number;
  /** Name in the metric catalogue. */
  readonly metric: string;
  readonly attributes: Attributes;
  readonly bounds: readonly number[];
  readonly slab: number;
  readonly index: number;
}

export type GaugeOrigin = 'manual' | 'sampled';

/**
 * Writers that ended: their slots are replaced by totals, in one message, so that no collection sees a count twice or
 * not at all.
 */
export interface RetirementAnnouncement {
  readonly kind: 'retirement';
  readonly writers: readonly number[];
  /** The new totals, over all writers that ever ended, of each series that the writers of this message had. */
  readonly totals: readonly RetiredSeries[];
}

export interface RetiredSeries {
  readonly metric: string;
  readonly attributes: Attributes;
  readonly startTimeMs: number;
  readonly bounds?: readonly number[];
  readonly hasGrid?: boolean;
  readonly bins?: readonly Attributes[];
  /** As the slots of a series: one number for a counter; the bucket counts and the sum for a histogram. */
  readonly values: Float64Array;
  /** What rounding took from a histogram's sum when parts were added up; see compensated-sum.ts. */
  readonly sumError: number;
  /** A histogram's, where it has some. */
  readonly exemplars?: BucketExemplars;
}

export type AnnouncementSink = (announcement: Announcement) => void;
