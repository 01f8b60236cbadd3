import { metricsByName } from '../catalogue/metric-catalogue.ts';
import type { MetricKind } from '../catalogue/metric-definition.ts';
import type {
  Announcement,
  AnnouncementSink,
  ExemplarsAnnouncement,
  RetiredSeries,
  SeriesAnnouncement,
  SlabAnnouncement,
  WriterAnnouncement,
} from './announcements.ts';
import { createCompensatedSum } from './compensated-sum.ts';
import { type BucketExemplars, exemplarWords, keepLatest, readExemplars } from './exemplars.ts';
import { rebucket, sameBounds } from './rebucket.ts';
import { createRetiredWriters } from './retired-writers.ts';
import { seriesKey } from './series-key.ts';
import { isSet, slotBoundsOf, slotsOf } from './series-layout.ts';

interface WriterRecord {
  readonly slabs: Map<number, SlabAnnouncement>;
  readonly series: Map<number, SeriesAnnouncement>;
  /** By series. */
  readonly exemplars: Map<string, ExemplarsAnnouncement>;
}

/**
 * All that has been announced in this process, kept by the thread that owns the observer: a new reader is told all of
 * it, and a writer that ended is folded into totals, so that its slabs can go.
 */
export interface AnnouncementLog {
  /** Keeps the announcement and passes it on; what comes of a retired writer is too late and is dropped. */
  record(announcement: WriterAnnouncement): void;
  /**
   * Replaces the slots of a writer that will write no more by totals, once all that it announced has been recorded.
   * Calling it again is harmless.
   */
  retire(writer: number): void;
  /**
   * Tells `sink` everything that a reader must know by now, in an order that it can follow, and then what comes.
   *
   * @returns ends the telling
   */
  follow(sink: AnnouncementSink): () => void;
}

export function createAnnouncementLog(): AnnouncementLog {
  return new SharedAnnouncementLog();
}

class SharedAnnouncementLog implements AnnouncementLog {
  readonly #followers = new Set<AnnouncementSink>();
  readonly #writers = new Map<number, WriterRecord>();
  readonly #retiredWriters = createRetiredWriters();
  readonly #totals = new Map<string, RetiredSeries>();

  record(announcement: WriterAnnouncement): void {
    if (!this.#retiredWriters.has(announcement.writer)) {
      this.#keep(announcement);
      this.#forward(announcement);
    }
  }

  retire(writer: number): void {
    this.#retiredWriters.add(writer);
    const record = this.#writers.get(writer);
    if (record === undefined) {
      return;
    }
    const totals = new Map<string, RetiredSeries>();
    for (const series of record.series.values()) {
      const key = keyOf(series);
      const total = this.#fold(key, series, record);
      if (total !== undefined) {
        totals.set(key, total);
      }
    }
    this.#writers.delete(writer);
    this.#forward({ kind: 'retirement', writers: [writer], totals: [...totals.values()] });
  }

  follow(sink: AnnouncementSink): () => void {
    this.#followers.add(sink);
    const writers = [...this.#retiredWriters];
    if (writers.length > 0) {
      sink({ kind: 'retirement', writers, totals: [...this.#totals.values()] });
    }
    for (const [writer, record] of this.#writers) {
      if (!this.#retiredWriters.has(writer)) {
        record.slabs.forEach(sink);
        record.series.forEach(sink);
        record.exemplars.forEach(sink);
      }
    }
    return () => this.#followers.delete(sink);
  }

  #forward(announcement: Announcement): void {
    for (const follower of this.#followers) {
      follower(announcement);
    }
  }

  #keep(announcement: WriterAnnouncement): void {
    let record = this.#writers.get(announcement.writer);
    if (record === undefined) {
      record = { slabs: new Map(), series: new Map(), exemplars: new Map() };
      this.#writers.set(announcement.writer, record);
    }
    switch (announcement.kind) {
      case 'slab':
        record.slabs.set(announcement.slab, announcement);
        return;
      case 'series':
        record.series.set(announcement.series, announcement);
        return;
      case 'exemplars':
        record.exemplars.set(keyOf(announcement), announcement);
    }
  }

  #fold(key: string, series: SeriesAnnouncement, record: WriterRecord): RetiredSeries | undefined {
    const kind = metricsByName.get(series.metric)?.kind;
    const slab = record.slabs.get(series.slab);
    if (slab === undefined || kind === undefined || !outlivesItsWriter(kind)) {
      return undefined;
    }
    const length = slotsOf(kind, slotBoundsOf(series), series.bins);
    // What a thread was doing ends with it, what it has counted does not; the series of both stay.
    const slots =
      kind === 'upDownCounter'
        ? new Float64Array(length)
        : new Float64Array(slab.buffer, series.index * Float64Array.BYTES_PER_ELEMENT, length);
    const earlier = this.#totals.get(key);
    const total = withExemplars(addUp(series, slots, earlier), earlier, exemplarsOf(record, key));
    this.#totals.set(key, total);
    return total;
  }
}

function outlivesItsWriter(kind: MetricKind): boolean {
  return !isSet(kind) && kind !== 'ratio';
}

function keyOf({ metric, attributes }: SeriesAnnouncement | ExemplarsAnnouncement): string {
  return `${metric} ${seriesKey(attributes)}`;
}

function exemplarsOf(record: WriterRecord, key: string): EndedExemplars | undefined {
  const announcement = record.exemplars.get(key);
  const slab = announcement && record.slabs.get(announcement.slab);
  if (announcement === undefined || slab === undefined) {
    return undefined;
  }
  const { index, bounds } = announcement;
  return { bounds, exemplars: readExemplars(exemplarWords(slab.buffer, index, bounds)) };
}

interface EndedExemplars {
  readonly bounds: readonly number[];
  readonly exemplars: BucketExemplars;
}

function withExemplars(
  total: RetiredSeries,
  earlier: RetiredSeries | undefined,
  ended: EndedExemplars | undefined,
): RetiredSeries {
  // Of other bounds, an example might not lie within its bucket.
  if (ended === undefined || !sameBounds(ended.bounds, total.bounds)) {
    return total;
  }
  const exemplars = [...ended.exemplars];
  keepLatest(exemplars, earlier?.exemplars ?? []);
  return { ...total, exemplars };
}

function addUp(series: SeriesAnnouncement, slots: Float64Array, earlier: RetiredSeries | undefined): RetiredSeries {
  if (earlier === undefined) {
    return {
      metric: series.metric,
      attributes: series.attributes,
      startTimeMs: series.startTimeMs,
      ...(series.bounds === undefined ? undefined : { bounds: series.bounds }),
      ...(series.hasGrid === undefined ? undefined : { hasGrid: series.hasGrid }),
      ...(series.bins === undefined ? undefined : { bins: series.bins }),
      values: slots.slice(),
      sumError: 0,
    };
  }
  const bounds = slotBoundsOf(earlier);
  const from = slotBoundsOf(series);
  const added = bounds !== undefined && !sameBounds(bounds, from) ? rebucket(slots, from ?? [], bounds) : slots;
  const values = earlier.values.map((value, place) => value + (added[place] as number));
  const last = values.length - 1;
  const sum = createCompensatedSum();
  sum.add(earlier.values[last] as number);
  sum.add(earlier.sumError);
  sum.add(added[last] as number);
  values[last] = sum.rounded;
  return { ...earlier, startTimeMs: Math.min(series.startTimeMs, earlier.startTimeMs), values, sumError: sum.error };
}
