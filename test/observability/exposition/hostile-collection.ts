import type { Attributes } from '@opentelemetry/api';
import { AggregationTemporality, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import {
  counterData,
  exponentialHistogramData,
  gaugeData,
  histogram,
  histogramData,
  resourceMetrics,
  upDownCounterData,
} from '../../support/metric-data.ts';

// Any sequence of UTF-16 code units, lone surrogates included, with what means something to the format made likely.
/** Any text, with what means something to the formats made likely. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .array(
      fc.constantFrom('"', '\\', '\n', '\r', '\0', '{', '}', ',', '=', '#', ' ', '\ud83d', '\udc00', '😀', 'é', 'a'),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);
const hostileKey = fc.oneof(
  hostileText,
  fc.constantFrom(
    'le',
    'quantile',
    'exported_le',
    '__name__',
    '__proto__',
    'constructor',
    '',
    '2x',
    '_x',
    'a.b',
    'a-b',
    'a_b',
  ),
);
const attributeValue = fc.oneof(
  hostileText,
  fc.double(),
  fc.boolean(),
  fc.array(hostileText, { maxLength: 3 }),
  fc.constant(undefined),
);
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(hostileKey, attributeValue, { maxKeys: 4 });
/** Any anyNumber, with the peculiar ones made likely. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0),
);
// Few names, so that families meet, and clashing ones among them.
const metricName = fc.oneof(
  fc.constantFrom('x', 'x.bucket', 'x.count', 'x_sum', 'x.total', 'X', '9x', 'target.info', 'y', 'y.seconds', '@', ''),
  hostileText,
);
const fields = fc.record({
  unit: fc.constantFrom('', 's', '1', '%', 'By/s', '{x}', 'a"b', '/', 'é'),
  description: hostileText,
  temporality: fc.constantFrom(
    AggregationTemporality.CUMULATIVE,
    AggregationTemporality.CUMULATIVE,
    AggregationTemporality.DELTA,
  ),
});
const count = fc.nat(1000);
const histogramValue = fc
  .uniqueArray(fc.oneof(fc.double({ noNaN: true }), fc.integer()), { maxLength: 6 })
  .chain((bounds) =>
    fc.tuple(
      fc.constant(bounds),
      fc.array(count, { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
      anyNumber,
    ),
  )
  .map(([bounds, counts, sum]) =>
    histogram(
      bounds.sort((left, right) => left - right),
      counts,
      sum,
    ),
  );
const side = fc.record({
  offset: fc.integer({ min: -1100, max: 1100 }),
  bucketCounts: fc.array(count, { maxLength: 6 }),
});
const exponentialValue = fc.record({
  count,
  sum: anyNumber,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: count,
  positive: side,
  negative: side,
});

function seriesOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<[Attributes, T][]> {
  return fc.array(fc.tuple(attributes, value), { maxLength: 4 });
}

const metric: fc.Arbitrary<MetricData> = fc.oneof(
  fc.tuple(metricName, seriesOf(anyNumber), fields).map((args) => counterData(...args)),
  fc.tuple(metricName, seriesOf(anyNumber), fields).map((args) => upDownCounterData(...args)),
  fc.tuple(metricName, seriesOf(anyNumber), fields).map((args) => gaugeData(...args)),
  fc.tuple(metricName, seriesOf(histogramValue), fields).map((args) => histogramData(...args)),
  fc.tuple(metricName, seriesOf(exponentialValue), fields).map((args) => exponentialHistogramData(...args)),
);
/** What a collection could bring, from producers that keep to no rule. */
export const hostileCollection: fc.Arbitrary<ResourceMetrics> = fc
  .tuple(fc.array(fc.array(metric, { maxLength: 4 }), { maxLength: 4 }), attributes)
  .map(([scopes, resourceAttributes]) => resourceMetrics(scopes, resourceAttributes));
