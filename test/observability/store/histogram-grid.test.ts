import { expect } from 'chai';
import { array, assert, double, integer, property, uniqueArray } from 'fast-check';
import { inferenceLatency } from '../../../packages/observability/src/catalogue/inference-metrics.ts';
import { createAnnouncementLog } from '../../../packages/observability/src/store/announcement-log.ts';
import {
  GRID_COUNTS,
  GRID_OFFSET,
  GRID_ZERO_THRESHOLD,
} from '../../../packages/observability/src/store/histogram-grid.ts';
import { HistogramSlots } from '../../../packages/observability/src/store/histogram-slots.ts';
import { histogramSlots } from '../../../packages/observability/src/store/series-layout.ts';
import { createSeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader, type ReadableSeries } from '../../../packages/observability/src/store/store-reader.ts';

/** Seconds in a year: the longest latency that is recorded. */
const YEAR = 365 * 24 * 3600;

const DEFAULT_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.6, 1, 2.5, 5, 10, 30, 60, 120];

const latencies = double({ min: 0, max: YEAR, noNaN: true });

function recorded(values: readonly number[], bounds: readonly number[], hasGrid: boolean): ReadableSeries {
  const log = createAnnouncementLog();
  const reader = createStoreReader({ now: Date.now });
  log.follow((announcement) => reader.accept(announcement));
  const store = createSeriesStore({ writer: 0, announce: (announcement) => log.record(announcement), now: Date.now });
  const buckets = { bounds, hasGrid };
  const block = store.reserve(histogramSlots(buckets));
  const histogram = new HistogramSlots(store, block, 0, inferenceLatency, {}, buckets);
  histogram.announce();
  for (const value of values) {
    histogram.observe(value);
  }
  return [...reader.metrics.get(inferenceLatency.name)!.series.values()][0]!;
}

function readingOf(series: ReadableSeries): { buckets: Float64Array; grid: Float64Array } {
  const buckets = new Float64Array(series.bounds!.length + 2);
  const grid = new Float64Array(GRID_COUNTS);
  series.readHistogram(buckets, grid);
  return { buckets, grid };
}

/** Where the only value of a histogram was counted: the index that OpenTelemetry gives its bucket, or `zero`. */
function bucketOf(value: number): number | 'zero' {
  const place = readingOf(recorded([value], DEFAULT_BOUNDS, true)).grid.indexOf(1);
  return place === 0 ? 'zero' : place - 1 + GRID_OFFSET;
}

describe('A histogram with a grid', () => {
  it('tells the same buckets and the same sum as one without, whatever its bounds', () => {
    const bounds = uniqueArray(double({ min: -10, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 });
    assert(
      property(bounds, array(latencies, { maxLength: 100 }), (given, values) => {
        const rising = given.map((bound) => bound + 0).sort((left, right) => left - right);
        expect(readingOf(recorded(values, rising, true)).buckets).to.deep.equal(
          readingOf(recorded(values, rising, false)).buckets,
        );
      }),
    );
  });

  it('counts each value in the grid once', () => {
    assert(
      property(array(latencies, { maxLength: 100 }), (values) => {
        const { grid } = readingOf(recorded(values, DEFAULT_BOUNDS, true));
        expect(grid.reduce((total, count) => total + count, 0)).to.equal(values.length);
        expect(grid.at(-1), 'beyond the grid').to.equal(0);
      }),
    );
  });

  it('counts powers of two as the end of a bucket, and what follows in the next', () => {
    assert(
      property(integer({ min: -19, max: 24 }), (exponent) => {
        expect(bucketOf(2 ** exponent)).to.equal(8 * exponent - 1);
        expect(bucketOf(2 ** exponent * (1 + Number.EPSILON))).to.equal(8 * exponent);
      }),
    );
  });

  it('counts a value where the logarithm says', () => {
    assert(
      property(double({ min: GRID_ZERO_THRESHOLD * 1.001, max: YEAR, noNaN: true }), (value) => {
        const place = Math.log2(value) * 8;
        // So near to a bound the logarithm itself is not exact.
        const isNearBound = Math.abs(place - Math.round(place)) < 1e-9;
        expect(isNearBound || bucketOf(value) === Math.ceil(place) - 1).to.equal(true);
      }),
    );
  });

  it('counts what is less than a microsecond as zero', () => {
    for (const value of [0, Number.MIN_VALUE, 1e-9, GRID_ZERO_THRESHOLD]) {
      expect(bucketOf(value)).to.equal('zero');
    }
    expect(bucketOf(GRID_ZERO_THRESHOLD * (1 + Number.EPSILON))).to.equal(GRID_OFFSET);
  });
});
