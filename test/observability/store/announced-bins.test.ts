import { expect } from 'chai';
import { driftLiveCount } from '../../../packages/observability/src/catalogue/drift-metrics.ts';
import { createAnnouncementLog } from '../../../packages/observability/src/store/announcement-log.ts';
import { createSeriesStore, type SeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader, type StoreReader } from '../../../packages/observability/src/store/store-reader.ts';

const BINS = [{ bin: 'a' }, { bin: 'b' }, { bin: 'other' }];

describe('Series that are announced together', () => {
  it('are read one by one, added up over writers, and stay when a writer ends', () => {
    const log = createAnnouncementLog();
    const writer = (number: number): SeriesStore =>
      createSeriesStore({ writer: number, announce: (announcement) => log.record(announcement), now: () => 1000 });
    const follower = (): StoreReader => {
      const reader = createStoreReader({ now: () => 2000 });
      log.follow((announcement) => reader.accept(announcement));
      return reader;
    };
    const before = follower();
    const add = (store: SeriesStore, counts: readonly number[]): void => {
      const block = store.series({ metric: driftLiveCount, attributes: { model_type: 'document' }, bins: BINS });
      for (const [bin, count] of counts.entries()) {
        block.slots[block.index + bin]! += count;
      }
      // What comes next in the slab is not theirs.
      store.reserve(1).slots[block.index + counts.length] = 99;
    };
    const valuesIn = (reader: StoreReader): unknown =>
      [...reader.metrics.get('drift.live.count')!.series.values()].map((series) => [
        series.attributes,
        series.readValue(),
      ]);
    add(writer(2), [1, 2, 3]);
    add(writer(4), [10, 20, 30]);
    const sums = BINS.map((bin, place) => [{ model_type: 'document', ...bin }, [11, 22, 33][place]]);
    expect(valuesIn(before)).to.deep.equal(sums);
    expect(before.seriesCount).to.equal(6);

    log.retire(4);
    for (const reader of [before, follower()]) {
      expect(valuesIn(reader)).to.have.deep.members(sums);
      expect(reader.seriesCount).to.equal(3);
    }
    add(writer(6), [0, 0, 5]);
    log.retire(6);
    log.retire(2);
    for (const reader of [before, follower()]) {
      expect(valuesIn(reader)).to.have.deep.members([sums[0], sums[1], [sums[2]![0], 38]]);
      expect(reader.seriesCount).to.equal(0);
    }
  });
});
