import type { Attributes } from '@opentelemetry/api';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { GaugeOrigin, WriterAnnouncement } from './announcements.ts';
import { exemplarSlots, exemplarWords } from './exemplars.ts';
import { isSet, slotBoundsOf, slotsOf } from './series-layout.ts';

/** 64 KiB a slab: a service with a few models fits in one, and a slab is cheap enough to be had by each worker. */
const SLAB_SLOTS = 8192;

/** Twice as many fill the observer's heap so far that it starts anew, again and again. */
const MOST_SERIES = 200_000;

/** Slots of one owner that lie side by side; `slots[index]` is the first of them. */
export interface SlotBlock {
  readonly slots: Float64Array;
  readonly index: number;
  /** Number of the slab, which the announcement of a series names. */
  readonly slab: number;
}

/** Where a series begins and what it is. */
export interface SeriesDescription {
  readonly metric: MetricDefinition;
  readonly attributes: Attributes;
  readonly bounds?: readonly number[];
  readonly hasGrid?: boolean;
  readonly bins?: readonly Attributes[];
  readonly origin?: GaugeOrigin;
}

/**
 * The writing side of the store: one per recording thread. It hands out slots in shared memory and announces each
 * series once; after that, recording is an addition to a slot and nothing else.
 */
export interface SeriesStore {
  /** Number of this writer, unique in the process. */
  readonly writer: number;
  /** Whether so many series exist that what has a series to overflow to should use that. */
  readonly isFull: boolean;
  /** Takes `slots` slots that lie side by side, all 0. */
  reserve(slots: number): SlotBlock;
  /** Makes the series that begins `offset` slots into `block` known to the observer. */
  announce(block: SlotBlock, offset: number, series: SeriesDescription): void;
  /** Reserves and announces in one go. Slots of what is set start as NaN, which is "absent". */
  series(series: SeriesDescription): SlotBlock;
  /** Room for the exemplars of a histogram that was announced. */
  exemplars(histogram: HistogramDescription): Int32Array;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface HistogramDescription {
  readonly metric: MetricDefinition;
  readonly attributes: Attributes;
  readonly bounds: readonly number[];
}

export interface SeriesStoreOptions {
  readonly writer: number;
  readonly announce: (announcement: WriterAnnouncement) => void;
  /** Milliseconds since the epoch; the start time of each series. */
  readonly now: () => number;
}

export function createSeriesStore(options: SeriesStoreOptions): SeriesStore {
  return new SlabSeriesStore(options);
}

class SlabSeriesStore implements SeriesStore {
  readonly writer: number;
  readonly #announce: (announcement: WriterAnnouncement) => void;
  readonly now: () => number;
  #slots: Float64Array = new Float64Array(0);
  #slab = -1;
  #used = 0;
  #series = 0;

  constructor(options: SeriesStoreOptions) {
    this.writer = options.writer;
    this.#announce = options.announce;
    this.now = options.now;
  }

  get isFull(): boolean {
    return this.#series >= MOST_SERIES;
  }

  reserve(slots: number): SlotBlock {
    if (this.#used + slots > this.#slots.length) {
      this.#openSlab(Math.max(SLAB_SLOTS, slots));
    }
    const block: SlotBlock = { slots: this.#slots, index: this.#used, slab: this.#slab };
    this.#used += slots;
    return block;
  }

  announce(block: SlotBlock, offset: number, series: SeriesDescription): void {
    this.#announce({
      kind: 'series',
      writer: this.writer,
      series: this.#series++,
      metric: series.metric.name,
      attributes: series.attributes,
      slab: block.slab,
      index: block.index + offset,
      startTimeMs: this.now(),
      ...(series.bounds === undefined ? undefined : { bounds: series.bounds }),
      ...(series.hasGrid === true ? { hasGrid: true } : undefined),
      ...(series.bins === undefined ? undefined : { bins: series.bins }),
      ...(series.origin === undefined ? undefined : { origin: series.origin }),
    });
  }

  series(series: SeriesDescription): SlotBlock {
    const block = this.reserve(slotsOf(series.metric.kind, slotBoundsOf(series), series.bins));
    if (isSet(series.metric.kind)) {
      block.slots[block.index] = Number.NaN;
    }
    this.announce(block, 0, series);
    return block;
  }

  exemplars({ metric, attributes, bounds }: HistogramDescription): Int32Array {
    const { slots, slab, index } = this.reserve(exemplarSlots(bounds));
    this.#announce({ kind: 'exemplars', writer: this.writer, metric: metric.name, attributes, bounds, slab, index });
    return exemplarWords(slots.buffer, index, bounds);
  }

  #openSlab(slots: number): void {
    const buffer = new SharedArrayBuffer(slots * Float64Array.BYTES_PER_ELEMENT);
    this.#slots = new Float64Array(buffer);
    this.#slab += 1;
    this.#used = 0;
    this.#announce({ kind: 'slab', writer: this.writer, slab: this.#slab, buffer });
  }
}
