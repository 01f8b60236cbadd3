import { expect } from 'chai';
import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import {
  inferenceInFlight,
  inferenceLatency,
  inferenceRequests,
  modelAccuracy,
} from '../../../packages/observability/src/catalogue/inference-metrics.ts';
import { cpuUtilization } from '../../../packages/observability/src/catalogue/resource-metrics.ts';
import {
  type AnnouncementLog,
  createAnnouncementLog,
} from '../../../packages/observability/src/store/announcement-log.ts';
import type { Announcement, WriterAnnouncement } from '../../../packages/observability/src/store/announcements.ts';
import { createGaugeSlot } from '../../../packages/observability/src/store/gauge-slot.ts';
import { HistogramSlots } from '../../../packages/observability/src/store/histogram-slots.ts';
import { histogramSlots } from '../../../packages/observability/src/store/series-layout.ts';
import {
  createSeriesStore,
  type SeriesStore,
  type SlotBlock,
} from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader, type StoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import { readingsOf, startTimesOf } from './readings.ts';

const BOUNDS: readonly number[] = [1, 2, 4];

/** A thread that records, as far as the store sees it. */
class Writer {
  readonly store: SeriesStore;
  readonly #counters = new Map<string, SlotBlock>();
  readonly #histograms = new Map<string, HistogramSlots>();

  constructor(writer: number, announce: (announcement: WriterAnnouncement) => void, now: () => number = Date.now) {
    this.store = createSeriesStore({ writer, announce, now });
  }

  count(model: string, amount: number, metric = inferenceRequests): void {
    const key = `${metric.name} ${model}`;
    const block = this.#counters.get(key) ?? this.store.series({ metric, attributes: { model_type: model } });
    this.#counters.set(key, block);
    block.slots[block.index]! += amount;
  }

  observe(model: string, value: number, bounds: readonly number[] = BOUNDS, hasGrid = false): void {
    let histogram = this.#histograms.get(model);
    if (histogram === undefined) {
      const buckets = { bounds, hasGrid };
      const block = this.store.reserve(histogramSlots(buckets));
      histogram = new HistogramSlots(this.store, block, 0, inferenceLatency, { model_type: model }, buckets);
      this.#histograms.set(model, histogram);
    }
    histogram.observe(value);
  }
}

function newReader(log: AnnouncementLog): StoreReader {
  const reader = createStoreReader({ now: Date.now });
  log.follow((announcement) => reader.accept(announcement));
  return reader;
}

const REQUESTS_OF_M = 'inference.requests model_type=1:m;';
const LATENCY_OF_M = 'inference.latency model_type=1:m;';

describe('a reader of the store', () => {
  it('sees what was counted before and after it came, over all writers', () => {
    const log = createAnnouncementLog();
    const writers = [0, 2].map((writer) => new Writer(writer, (announcement) => log.record(announcement)));
    writers[0]!.count('m', 3);
    const reader = newReader(log);
    writers[1]!.count('m', 4);
    writers[0]!.count('m', 1);
    writers[1]!.observe('m', 1.5);
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 8, [LATENCY_OF_M]: [0, 1, 0, 0, 1.5] });
    expect(reader.seriesCount).to.equal(3);
  });

  it('that comes later tells the same as one that was there from the start, whatever happened', () => {
    const step = record({
      what: constantFrom('count', 'count', 'observe', 'observe', 'flight', 'retire', 'replay'),
      writer: nat({ max: 3 }),
      model: constantFrom('a', 'b'),
      amount: integer({ min: 1, max: 1000 }),
    });
    assert(
      property(array(step, { maxLength: 60 }), (steps) => {
        const log = createAnnouncementLog();
        let time = 1_000_000;
        const first = newReader(log);
        const writers = new Map<number, Writer>();
        const generations = [0, 0, 0, 0];
        const counted = new Map<string, number>();
        for (const { what, writer, model, amount } of steps) {
          // Even numbers are threads; one that ends is followed by one with another number.
          const number = 2 * (writer + 4 * generations[writer]!);
          time += amount;
          const current =
            writers.get(number) ??
            new Writer(
              number,
              (announcement) => log.record(announcement),
              () => time,
            );
          writers.set(number, current);
          switch (what) {
            case 'count':
              current.count(model, amount);
              counted.set(`count ${model}`, (counted.get(`count ${model}`) ?? 0) + amount);
              break;
            case 'observe':
              // Eighths add up exactly, in any order.
              current.observe(model, amount / 8);
              counted.set(`sum ${model}`, (counted.get(`sum ${model}`) ?? 0) + amount / 8);
              break;
            case 'flight':
              current.count(model, 1, inferenceInFlight);
              break;
            case 'retire':
              log.retire(number);
              generations[writer]! += 1;
              break;
            default: {
              const later = newReader(log);
              expect(readingsOf(later)).to.deep.equal(readingsOf(first));
              expect(startTimesOf(later)).to.deep.equal(startTimesOf(first));
            }
          }
          const readings = readingsOf(first);
          for (const each of ['a', 'b']) {
            expect(readings[`inference.requests model_type=1:${each};`]).to.equal(counted.get(`count ${each}`));
            const histogram = readings[`inference.latency model_type=1:${each};`] as readonly number[] | undefined;
            expect(histogram?.at(-1)).to.equal(counted.get(`sum ${each}`));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is told of an end in one message, before and after which the totals are the same', () => {
    const log = createAnnouncementLog();
    const reader = createStoreReader({ now: Date.now });
    const totals: unknown[] = [];
    let messages = 0;
    log.follow((announcement) => {
      reader.accept(announcement);
      messages += 1;
      totals.push(readingsOf(reader));
    });
    const writers = [0, 2, 4].map((writer) => new Writer(writer, (announcement) => log.record(announcement)));
    for (const [place, writer] of writers.entries()) {
      writer.count('m', 10 ** place);
      writer.observe('m', 0.1 + place);
      writer.observe('m', 1e-9);
    }
    const before = readingsOf(reader);
    messages = 0;
    totals.length = 0;
    for (const writer of [2, 0, 4]) {
      log.retire(writer);
    }
    expect(messages).to.equal(3);
    expect(totals).to.deep.equal([before, before, before]);
    expect(reader.seriesCount).to.equal(0);
  });

  it('sees sums that never fall while writers end in any order', () => {
    const values = array(integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 12 });
    assert(
      property(values, array(nat({ max: 11 }), { maxLength: 12 }), (given, ends) => {
        const log = createAnnouncementLog();
        const reader = newReader(log);
        for (const [writer, value] of given.entries()) {
          new Writer(writer, (announcement) => log.record(announcement)).observe('m', value / 1e4);
        }
        const sum = (): number => (readingsOf(reader)[LATENCY_OF_M] as readonly number[]).at(-1)!;
        const before = sum();
        for (const writer of ends) {
          log.retire(writer);
          expect(sum()).to.equal(before);
        }
      }),
    );
  });

  it('goes by its own bounds where writers have different ones, and loses no count', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const coarse = new Writer(0, (announcement) => log.record(announcement));
    const fine = new Writer(2, (announcement) => log.record(announcement));
    coarse.observe('m', 3, [2, 8]);
    fine.observe('m', 1, [1, 2, 4]);
    fine.observe('m', 3, [1, 2, 4]);
    expect(readingsOf(reader)).to.deep.equal({ [LATENCY_OF_M]: [1, 2, 0, 7] });
    log.retire(2);
    expect(readingsOf(reader)).to.deep.equal({ [LATENCY_OF_M]: [1, 2, 0, 7] });
    log.retire(0);
    const [...values] = readingsOf(reader)[LATENCY_OF_M] as readonly number[];
    const sum = values.pop();
    expect(sum).to.equal(7);
    expect(values.reduce((total, value) => total + value, 0)).to.equal(3);
  });

  it('loses no count where some writers have a grid and others have none', () => {
    for (const gridFirst of [true, false]) {
      const log = createAnnouncementLog();
      const reader = newReader(log);
      const writers = [0, 2].map((writer) => new Writer(writer, (announcement) => log.record(announcement)));
      writers[0]!.observe('m', 3, [2, 8], gridFirst);
      writers[1]!.observe('m', 1, [2, 8], !gridFirst);
      expect(readingsOf(reader)).to.deep.equal({ [LATENCY_OF_M]: [1, 1, 0, 4] });
      for (const writer of [2, 0]) {
        log.retire(writer);
        expect(readingsOf(reader)).to.deep.equal({ [LATENCY_OF_M]: [1, 1, 0, 4] });
        expect(readingsOf(newReader(log))).to.deep.equal({ [LATENCY_OF_M]: [1, 1, 0, 4] });
      }
    }
  });

  it('ignores what it is told twice, too late, or before it can make sense of it', () => {
    const told: WriterAnnouncement[] = [];
    const writer = new Writer(0, (announcement) => told.push(announcement));
    writer.count('m', 5);
    const [slab, series] = told as [Announcement, Announcement];
    const reader = createStoreReader({ now: Date.now });
    reader.accept(series);
    expect(readingsOf(reader)).to.deep.equal({});
    for (const announcement of [slab, series, slab, series]) {
      reader.accept(announcement);
    }
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 5 });
    reader.accept({ kind: 'retirement', writers: [0], totals: [] });
    reader.accept(slab);
    reader.accept(series);
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 0 });
  });

  it('is not told what comes from a writer that was folded already', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const writer = new Writer(0, (announcement) => log.record(announcement));
    writer.count('m', 5);
    log.retire(0);
    log.retire(0);
    writer.count('late', 5);
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 5 });
    expect(readingsOf(newReader(log))).to.deep.equal({ [REQUESTS_OF_M]: 5 });
  });

  it('is told nothing more once it stops following', () => {
    const log = createAnnouncementLog();
    const reader = createStoreReader({ now: Date.now });
    const stop = log.follow((announcement) => reader.accept(announcement));
    stop();
    new Writer(0, (announcement) => log.record(announcement)).count('m', 1);
    expect(readingsOf(reader)).to.deep.equal({});
  });

  it('knows a series with an empty label as the one without it', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const { store } = new Writer(0, (announcement) => log.record(announcement));
    for (const attributes of [{ model_type: 'm' }, { model_type: 'm', tenant: '' }, { tenant: '', model_type: 'm' }]) {
      const block = store.series({ metric: inferenceRequests, attributes });
      block.slots[block.index]! += 1;
    }
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 3 });
  });

  it('survives a hundred thousand threads, one after the other, without growing', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    for (let thread = 0; thread < 100_000; thread++) {
      // A small slab in place of one of 64 KiB.
      const buffer = new SharedArrayBuffer(8);
      new Float64Array(buffer)[0] = 1;
      log.record({ kind: 'slab', writer: thread, slab: 0, buffer });
      log.record({
        kind: 'series',
        writer: thread,
        series: 0,
        metric: inferenceRequests.name,
        attributes: { model_type: 'm' },
        slab: 0,
        index: 0,
        startTimeMs: thread,
      });
      log.retire(thread);
    }
    const later = createStoreReader({ now: Date.now });
    let remembered = 0;
    log.follow((announcement) => {
      remembered += announcement.kind === 'retirement' ? announcement.writers.length : 1;
      later.accept(announcement);
    });
    expect(readingsOf(reader)).to.deep.equal({ [REQUESTS_OF_M]: 100_000 });
    expect(readingsOf(later)).to.deep.equal({ [REQUESTS_OF_M]: 100_000 });
    expect(startTimesOf(later)).to.deep.equal({ [REQUESTS_OF_M]: 0 });
    expect(remembered).to.be.at.most(10_000);
  });
});

describe('a gauge', () => {
  const CPU = 'cpu.utilization ';

  it('that is set by hand wins over a sampled one, until it is given back', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const [main, observer] = [0, 1].map(
      (writer) => new Writer(writer, (announcement) => log.record(announcement)).store,
    );
    let now = 0;
    const sampled = createGaugeSlot(
      observer!,
      { metric: cpuUtilization, attributes: {}, origin: 'sampled' },
      () => ++now,
    );
    const manual = createGaugeSlot(main!, { metric: cpuUtilization, attributes: {}, origin: 'manual' }, () => ++now);
    expect(readingsOf(reader)[CPU]).to.equal(undefined);
    sampled.set(10);
    expect(readingsOf(reader)[CPU]).to.equal(10);
    manual.set(20);
    sampled.set(30);
    expect(readingsOf(reader)[CPU]).to.equal(20);
    manual.set(undefined);
    expect(readingsOf(reader)[CPU]).to.equal(30);
    sampled.set(undefined);
    expect(readingsOf(reader)[CPU]).to.equal(undefined);
    manual.set(40);
    expect(readingsOf(reader)[CPU]).to.equal(40);
  });

  it('that several threads set has the latest value, and goes back to the other when that is given back', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    let now = 0;
    const [first, second] = [0, 2].map((writer) =>
      createGaugeSlot(
        new Writer(writer, (announcement) => log.record(announcement)).store,
        { metric: cpuUtilization, attributes: {}, origin: 'manual' },
        () => ++now,
      ),
    );
    second!.set(2);
    first!.set(1);
    expect(readingsOf(reader)[CPU]).to.equal(1);
    second!.set(3);
    expect(readingsOf(reader)[CPU]).to.equal(3);
    second!.set(undefined);
    expect(readingsOf(reader)[CPU]).to.equal(1);
  });

  it('ends with the thread that set it', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const { store } = new Writer(0, (announcement) => log.record(announcement));
    createGaugeSlot(store, { metric: cpuUtilization, attributes: {}, origin: 'manual' }, Date.now).set(5);
    log.retire(0);
    expect(readingsOf(reader)).to.deep.equal({});
    expect(readingsOf(newReader(log))).to.deep.equal({});
  });
});

describe('a ratio', () => {
  const ACCURACY_OF_M = 'model.accuracy model_type=1:m;';

  it('is that of all writers together, leaving out those that moved nothing for a day', () => {
    const log = createAnnouncementLog();
    let now = 1_000_000_000;
    const reader = createStoreReader({ now: () => now });
    log.follow((announcement) => reader.accept(announcement));
    const set = (writer: number, numerator: number, denominator: number): void => {
      const { store } = new Writer(writer, (announcement) => log.record(announcement));
      const { slots, index } = store.series({ metric: modelAccuracy, attributes: { model_type: 'm' } });
      slots.set([numerator, denominator, now], index);
    };
    set(0, 9, 10);
    now += 1000;
    set(2, 1, 30);
    expect(readingsOf(reader)[ACCURACY_OF_M]).to.equal(0.25);
    now += 24 * 3600 * 1000;
    expect(readingsOf(reader)[ACCURACY_OF_M]).to.equal(1 / 30);
    now += 1;
    expect(readingsOf(reader)[ACCURACY_OF_M]).to.equal(undefined);
  });

  it('ends with its writer', () => {
    const log = createAnnouncementLog();
    const reader = newReader(log);
    const { store } = new Writer(0, (announcement) => log.record(announcement));
    const { slots, index } = store.series({ metric: modelAccuracy, attributes: { model_type: 'm' } });
    slots.set([1, 2, Date.now()], index);
    expect(readingsOf(reader)[ACCURACY_OF_M]).to.equal(0.5);
    log.retire(0);
    expect(readingsOf(reader)).to.deep.equal({});
  });
});
