import type { Attributes } from '@opentelemetry/api';
import { metricsByName } from '../catalogue/metric-catalogue.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type {
  Announcement,
  ExemplarsAnnouncement,
  GaugeOrigin,
  RetiredSeries,
  SeriesAnnouncement,
} from './announcements.ts';
import { createCompensatedSum, type CompensatedSum } from './compensated-sum.ts';
import { type BucketExemplars, type Exemplar, exemplarWords, keepLatest, readExemplars } from './exemplars.ts';
import { OVERFLOW_ATTRIBUTE } from './overflow-attribute.ts';
import { rebucket, sameBounds } from './rebucket.ts';
import { gridded, type GriddedBounds } from './histogram-grid.ts';
import { createRetiredWriters } from './retired-writers.ts';
import { seriesKey } from './series-key.ts';
import { isSet, slotBoundsOf, slotsOf } from './series-layout.ts';

/** One writer's part of a series. */
interface Cell {
  readonly writer: number;
  readonly slots: Float64Array;
  readonly index: number;
  /** Of a histogram. */
  readonly slotBounds: readonly number[] | undefined;
  readonly origin: GaugeOrigin;
}

/** A label set of a metric, over all writers. `attributes` keeps its identity for as long as the reader lives. */
export interface ReadableSeries {
  readonly attributes: Attributes;
  readonly startTimeMs: number;
  /** The same array for all series that have the same bounds. */
  readonly bounds: readonly number[] | undefined;
  /** Whether a histogram is counted by the exponential grid too. */
  readonly hasGrid: boolean;
  /** A place for who writes the series as text to keep its labels: a table of them would cost more than the text. */
  labelText: string | undefined;
  /** The same for who writes protobuf. */
  labelFields: string | undefined;
  /** The value of a counter; of what is set, `undefined` where nobody tells it. */
  readValue(): number | undefined;
  /**
   * Adds the bucket counts and the sum up into `target`, which has `bounds.length + 2` places.
   *
   * @param grid gets the {@link GRID_COUNTS} counts of the same moment, of a histogram that has a grid
   */
  readHistogram(target: Float64Array, grid?: Float64Array): void;
  /** The latest exemplar of each bucket of a histogram, `undefined` where there is none at all. */
  readExemplars(): BucketExemplars | undefined;
}

export interface ReadableMetric {
  readonly definition: MetricDefinition;
  readonly series: ReadonlyMap<string, ReadableSeries>;
}

/** The reading side of the store: it is told of series by announcements and reads their slots whenever it is asked. */
export interface StoreReader {
  /** Makes metrics known that are not in the catalogue; before they are announced, for what is unknown is not read. */
  define(metrics: readonly MetricDefinition[]): void;
  accept(announcement: Announcement): void;
  /** The metrics that have series, in the order in which they were first seen. */
  readonly metrics: ReadonlyMap<string, ReadableMetric>;
  /** Parts of series over all writers. */
  readonly seriesCount: number;
  /** Slots that are reserved, over all writers. */
  readonly slotCount: number;
  /** Series that hold what went beyond a limit. */
  readonly overflowedCount: number;
}

/** A ratio that no writer has moved for a day says nothing of today: labels that come late come within hours. */
const RATIO_STALE_AFTER_MS = 24 * 3600 * 1000;

export interface StoreReaderOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createStoreReader(options: StoreReaderOptions): StoreReader {
  return new SlabStoreReader(options.now);
}

class SlabStoreReader implements StoreReader {
  readonly metrics = new Map<string, { definition: MetricDefinition; series: Map<string, SummedSeries> }>();
  readonly #defined = new Map<string, MetricDefinition>();
  readonly #slabs = new Map<number, Map<number, Float64Array>>();
  readonly #known = new Map<number, { readonly announcements: Set<number>; series: number }>();
  readonly #retired = createRetiredWriters();
  readonly #bounds = new Map<string, readonly number[]>();
  readonly #now: () => number;
  seriesCount = 0;
  slotCount = 0;
  overflowedCount = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  define(metrics: readonly MetricDefinition[]): void {
    for (const metric of metrics) {
      this.#defined.set(metric.name, metric);
    }
  }

  accept(announcement: Announcement): void {
    switch (announcement.kind) {
      case 'slab':
        if (!this.#retired.has(announcement.writer)) {
          const slabs = this.#slabs.get(announcement.writer) ?? new Map<number, Float64Array>();
          this.#slabs.set(announcement.writer, slabs);
          if (!slabs.has(announcement.slab)) {
            const slots = new Float64Array(announcement.buffer);
            slabs.set(announcement.slab, slots);
            this.slotCount += slots.length;
          }
        }
        return;
      case 'series':
        this.#addSeries(announcement);
        return;
      case 'exemplars':
        this.#addExemplars(announcement);
        return;
      case 'retirement':
        for (const writer of announcement.writers) {
          this.#retire(writer);
        }
        for (const total of announcement.totals) {
          for (const part of totalsOfBins(total)) {
            this.#seriesFor(part)?.setRetired(part);
          }
        }
    }
  }

  #addSeries(announcement: SeriesAnnouncement): void {
    const { writer } = announcement;
    const slots = this.#slabs.get(writer)?.get(announcement.slab);
    if (slots === undefined || this.#retired.has(writer)) {
      // A message that was overtaken: its writer's totals came by retirement, or the slab will come with a repetition.
      return;
    }
    const known = this.#known.get(writer) ?? { announcements: new Set<number>(), series: 0 };
    this.#known.set(writer, known);
    if (known.announcements.has(announcement.series) || this.#definitionOf(announcement) === undefined) {
      return;
    }
    known.announcements.add(announcement.series);
    for (const part of seriesOfBins(announcement)) {
      this.#addCell(part, slots);
      known.series += 1;
      this.seriesCount += 1;
    }
  }

  #addCell(announcement: SeriesAnnouncement, slots: Float64Array): void {
    const series = this.#seriesFor(announcement);
    if (series === undefined) {
      return;
    }
    series.startTimeMs = Math.min(series.startTimeMs, announcement.startTimeMs);
    series.addCell({
      writer: announcement.writer,
      slots,
      index: announcement.index,
      slotBounds: this.#slotBounds(announcement),
      origin: announcement.origin ?? 'manual',
    });
  }

  #addExemplars({ writer, metric, attributes, bounds, slab, index }: ExemplarsAnnouncement): void {
    const slots = this.#slabs.get(writer)?.get(slab);
    const series = this.metrics.get(metric)?.series.get(seriesKey(attributes));
    // Of other bounds, an example might not lie within its bucket.
    if (slots !== undefined && series !== undefined && sameBounds(bounds, series.bounds)) {
      series.addExemplars(writer, exemplarWords(slots.buffer, index, bounds));
    }
  }

  #definitionOf({ metric }: SeriesAnnouncement | RetiredSeries): MetricDefinition | undefined {
    return metricsByName.get(metric) ?? this.#defined.get(metric);
  }

  #seriesFor(announcement: SeriesAnnouncement | RetiredSeries): SummedSeries | undefined {
    const definition = this.#definitionOf(announcement);
    if (definition === undefined) {
      return undefined;
    }
    let metric = this.metrics.get(definition.name);
    if (metric === undefined) {
      metric = { definition, series: new Map() };
      this.metrics.set(definition.name, metric);
    }
    const key = seriesKey(announcement.attributes);
    let series = metric.series.get(key);
    if (series === undefined) {
      series = new SummedSeries(definition, announcement, this.#sameArray(announcement.bounds), this.#now);
      metric.series.set(key, series);
      this.overflowedCount += OVERFLOW_ATTRIBUTE in announcement.attributes ? 1 : 0;
    }
    return series;
  }

  /** Messages between threads are copies, bounds included: thousands of equal arrays would be kept, and compared. */
  #sameArray(bounds: readonly number[] | undefined): readonly number[] | undefined {
    if (bounds === undefined) {
      return undefined;
    }
    const key = bounds.join();
    const known = this.#bounds.get(key);
    if (known === undefined) {
      this.#bounds.set(key, bounds);
    }
    return known ?? bounds;
  }

  #slotBounds({ bounds, hasGrid = false }: SeriesAnnouncement | RetiredSeries): readonly number[] | undefined {
    const known = this.#sameArray(bounds);
    return known && slotBoundsOf({ bounds: known, hasGrid });
  }

  #retire(writer: number): void {
    this.#retired.add(writer);
    for (const slots of this.#slabs.get(writer)?.values() ?? []) {
      this.slotCount -= slots.length;
    }
    this.#slabs.delete(writer);
    this.seriesCount -= this.#known.get(writer)?.series ?? 0;
    this.#known.delete(writer);
    for (const metric of this.metrics.values()) {
      for (const [key, series] of metric.series) {
        if (series.removeCells(writer) === 0 && endsWithItsWriters(metric.definition)) {
          metric.series.delete(key);
        }
      }
    }
  }
}

/** What was announced together, one by one. */
function seriesOfBins(announcement: SeriesAnnouncement): readonly SeriesAnnouncement[] {
  const { bins, attributes, index, ...rest } = announcement;
  return (
    bins?.map((bin, place) => Object.assign({ attributes: { ...attributes, ...bin }, index: index + place }, rest)) ?? [
      announcement,
    ]
  );
}

function totalsOfBins(total: RetiredSeries): readonly RetiredSeries[] {
  const { bins, attributes, values, ...rest } = total;
  return (
    bins?.map((bin, place) =>
      Object.assign({ attributes: { ...attributes, ...bin }, values: values.subarray(place, place + 1) }, rest),
    ) ?? [total]
  );
}

function endsWithItsWriters(definition: MetricDefinition): boolean {
  return isSet(definition.kind) || definition.kind === 'ratio';
}

/** Reading is never interrupted, so one is enough for all series. */
const partsOfSum: CompensatedSum = createCompensatedSum();

class SummedSeries implements ReadableSeries {
  readonly attributes: Attributes;
  readonly bounds: readonly number[] | undefined;
  readonly hasGrid: boolean;
  startTimeMs: number;
  labelText: string | undefined = undefined;
  labelFields: string | undefined = undefined;
  readonly #definition: MetricDefinition;
  readonly #now: () => number;
  readonly #gridded: GriddedBounds | undefined;
  readonly #slotBounds: readonly number[] | undefined;
  /** In the order of the writers' numbers, so that two readers add up alike. */
  #cells: Cell[] = [];
  #retired: Float64Array | undefined;
  #retiredSumError = 0;
  /** By writer. */
  #exemplars: Map<number, Int32Array> | undefined;
  #retiredExemplars: BucketExemplars | undefined;
  /**
   * Where the values are while a single writer has the series and none has ended: almost always. Reading thousands of
   * series is waiting for memory, and this is two places less to look at for each.
   */
  #onlySlots: Float64Array | undefined;
  #onlyIndex = 0;

  constructor(
    definition: MetricDefinition,
    first: SeriesAnnouncement | RetiredSeries,
    bounds: readonly number[] | undefined,
    now: () => number,
  ) {
    this.#now = now;
    this.#definition = definition;
    this.attributes = first.attributes;
    this.bounds = bounds;
    this.hasGrid = bounds !== undefined && first.hasGrid === true;
    this.#gridded = bounds !== undefined && this.hasGrid ? gridded(bounds) : undefined;
    this.#slotBounds = this.#gridded?.slotBounds ?? bounds;
    this.startTimeMs = first.startTimeMs;
  }

  addCell(cell: Cell): void {
    this.#cells.push(cell);
    this.#cells.sort((left, right) => left.writer - right.writer);
    this.#findOnly();
  }

  /** @returns how many cells are left */
  removeCells(writer: number): number {
    if (this.#cells.some((cell) => cell.writer === writer)) {
      this.#cells = this.#cells.filter((cell) => cell.writer !== writer);
      this.#exemplars?.delete(writer);
      this.#findOnly();
    }
    return this.#cells.length;
  }

  setRetired(total: RetiredSeries): void {
    const from = slotBoundsOf(total);
    const to = this.#slotBounds;
    this.#retired =
      from !== undefined && to !== undefined && !sameBounds(from, to) ? rebucket(total.values, from, to) : total.values;
    this.#retiredSumError = total.sumError;
    this.#retiredExemplars = sameBounds(total.bounds, this.bounds) ? total.exemplars : undefined;
    this.#findOnly();
    this.startTimeMs = Math.min(this.startTimeMs, total.startTimeMs);
  }

  readValue(): number | undefined {
    switch (this.#definition.kind) {
      case 'gauge':
      case 'mirroredCounter':
      case 'mirroredUpDownCounter':
        return this.#readGauge();
      case 'ratio':
        return this.#readRatio();
      default:
        return this.#readSum();
    }
  }

  #findOnly(): void {
    const [only] = this.#cells;
    const isAlone = this.#cells.length === 1 && this.#retired === undefined && only?.slotBounds === this.#slotBounds;
    this.#onlySlots = isAlone ? only?.slots : undefined;
    this.#onlyIndex = only?.index ?? 0;
  }

  #readRatio(): number | undefined {
    const oldest = this.#now() - RATIO_STALE_AFTER_MS;
    let numerator = 0;
    let denominator = 0;
    for (const { slots, index } of this.#cells) {
      if ((slots[index + 2] as number) >= oldest) {
        numerator += slots[index] as number;
        denominator += slots[index + 1] as number;
      }
    }
    return denominator === 0 ? undefined : numerator / denominator;
  }

  #readSum(): number {
    if (this.#onlySlots !== undefined) {
      return this.#onlySlots[this.#onlyIndex] as number;
    }
    let sum = this.#retired === undefined ? 0 : (this.#retired[0] as number);
    for (const cell of this.#cells) {
      sum += cell.slots[cell.index] as number;
    }
    return sum;
  }

  /** What was set by hand wins over what was sampled; among equals, the latest. */
  #readGauge(): number | undefined {
    let best: number | undefined;
    let bestOrigin: GaugeOrigin = 'sampled';
    let bestTime = Number.NEGATIVE_INFINITY;
    for (const cell of this.#cells) {
      const value = cell.slots[cell.index] as number;
      const time = cell.slots[cell.index + 1] as number;
      if (Number.isNaN(value)) {
        continue;
      }
      const outranks = cell.origin === bestOrigin ? time >= bestTime : cell.origin === 'manual';
      if (best === undefined || outranks) {
        best = value;
        bestOrigin = cell.origin;
        bestTime = time;
      }
    }
    return best;
  }

  readHistogram(target: Float64Array, grid?: Float64Array): void {
    if (this.#gridded === undefined) {
      this.#readSlots(target);
      return;
    }
    const slots = scratchOf(slotsOf('histogram', this.#slotBounds));
    this.#readSlots(slots);
    this.#gridded.foldToBounds(slots, target);
    if (grid !== undefined) {
      this.#gridded.foldToGrid(slots, grid);
    }
  }

  #readSlots(target: Float64Array): void {
    const last = slotsOf('histogram', this.#slotBounds) - 1;
    const only = this.#onlySlots;
    if (only !== undefined) {
      const first = this.#onlyIndex;
      for (let place = 0; place <= last; place++) {
        target[place] = only[first + place] as number;
      }
      return;
    }
    const sum = partsOfSum;
    sum.clear();
    target.fill(0);
    if (this.#retired !== undefined) {
      target.set(this.#retired);
      sum.add(this.#retired[last] as number);
      sum.add(this.#retiredSumError);
    }
    for (const cell of this.#cells) {
      const { slots, index } = sameBounds(cell.slotBounds, this.#slotBounds) ? cell : this.#rebucketed(cell);
      for (let place = 0; place < last; place++) {
        target[place] = (target[place] as number) + (slots[index + place] as number);
      }
      sum.add(slots[index + last] as number);
    }
    target[last] = sum.rounded;
  }

  addExemplars(writer: number, words: Int32Array): void {
    this.#exemplars ??= new Map();
    this.#exemplars.set(writer, words);
  }

  readExemplars(): BucketExemplars | undefined {
    if (this.#exemplars === undefined) {
      return this.#retiredExemplars;
    }
    const latest: (Exemplar | undefined)[] = [...(this.#retiredExemplars ?? [])];
    for (const words of this.#exemplars.values()) {
      keepLatest(latest, readExemplars(words));
    }
    return latest;
  }

  #rebucketed(cell: Cell): { slots: Float64Array; index: number } {
    const from = cell.slotBounds ?? [];
    const values = cell.slots.subarray(cell.index, cell.index + slotsOf('histogram', from));
    return { slots: rebucket(values, from, this.#slotBounds ?? []), index: 0 };
  }
}

/** What is read before it is folded. */
let scratch = new Float64Array(0);

function scratchOf(slots: number): Float64Array {
  if (scratch.length < slots) {
    scratch = new Float64Array(slots);
  }
  return scratch;
}
