import type { Attributes } from '@opentelemetry/api';
import { AggregationTemporality, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createTextWriter } from '../../../packages/observability/src/observer/exposition/text-writer.ts';
import {
  counterData,
  exponentialHistogramData,
  gaugeData,
  histogram,
  histogramData,
  resourceMetrics,
  upDownCounterData,
} from '../../support/metric-data.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import { checkWithPromtool } from '../../support/promtool.ts';
import { requireTool } from '../../support/required-tool.ts';

// Any sequence of UTF-16 code units, lone surrogates included, with what means something to the format made likely.
const hostileText = fc.oneof(
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
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0));
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
      number,
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
  sum: number,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: count,
  positive: side,
  negative: side,
});

function seriesOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<[Attributes, T][]> {
  return fc.array(fc.tuple(attributes, value), { maxLength: 4 });
}

const metric: fc.Arbitrary<MetricData> = fc.oneof(
  fc.tuple(metricName, seriesOf(number), fields).map((args) => counterData(...args)),
  fc.tuple(metricName, seriesOf(number), fields).map((args) => upDownCounterData(...args)),
  fc.tuple(metricName, seriesOf(number), fields).map((args) => gaugeData(...args)),
  fc.tuple(metricName, seriesOf(histogramValue), fields).map((args) => histogramData(...args)),
  fc.tuple(metricName, seriesOf(exponentialValue), fields).map((args) => exponentialHistogramData(...args)),
);
const collection: fc.Arbitrary<ResourceMetrics> = fc
  .tuple(fc.array(fc.array(metric, { maxLength: 4 }), { maxLength: 4 }), attributes)
  .map(([scopes, resourceAttributes]) => resourceMetrics(scopes, resourceAttributes));

function byName([left = '']: readonly string[], [right = '']: readonly string[]): number {
  return left < right ? -1 : 1;
}

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_123;

describe('metrics of hostile origin', () => {
  it('become a body that a strict parser reads', () => {
    fc.assert(
      fc.property(collection, (metrics) => {
        parsePrometheusText(createTextWriter().writeText(metrics).body.toString('utf8'));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('come back from the body as they went in, where names and labels are plain', () => {
    const plain = fc.array(
      fc.tuple(
        fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), hostileText), { selector: ([key]) => key }),
        number,
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(plain, (series) => {
        const data = series.map(([labels, value]) => [Object.fromEntries(labels), value] as const);
        const { body, problems } = createTextWriter().writeText(resourceMetrics([[gaugeData('x', data)]]));
        const samples = parsePrometheusText(body.toString('utf8')).get('x')?.samples ?? [];
        const expected = new Map<string, number>();
        for (const [labels, value] of data) {
          const key = JSON.stringify(
            Object.entries(labels)
              .filter(([, text]) => text !== '')
              .map(([name, text]) => [name, text.toWellFormed()])
              .sort(byName),
          );
          expected.set(key, expected.get(key) ?? value + 0);
        }
        expect(
          samples.map(({ labels, value }) => [JSON.stringify(Object.entries(labels).sort(byName)), value]),
        ).to.deep.equal([...expected]);
        expect(problems.length > 0).to.equal(expected.size < data.length);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  describe('read by Prometheus', () => {
    let promtool = '';

    before(function () {
      promtool = requireTool(this, 'promtool');
    });

    it('become a body that promtool reads', async () => {
      // Each body costs a process, so these are few, and larger than those above.
      const bodies = fc
        .sample(fc.array(collection, { minLength: 8, maxLength: 8 }), { seed: SEED, numRuns: 12 })
        .map((collections) => ({
          resource: collections[0]!.resource,
          scopeMetrics: collections.flatMap(({ scopeMetrics }) => scopeMetrics),
        }))
        .map((metrics) => createTextWriter().writeText(metrics).body.toString('utf8'));
      for (const body of bodies) {
        await checkWithPromtool(promtool, body);
      }
    });

    it('are refused by promtool where they are wrong, so that the check above says something', async () => {
      const error = await checkWithPromtool(promtool, 'x{a="1",a="2"} 1\n').catch((reason: unknown) => reason);
      expect(error).to.be.an('error');
    });

    it('leave a body that promtool reads when there is nothing at all', async () => {
      await checkWithPromtool(promtool, createTextWriter().writeText(resourceMetrics([])).body.toString('utf8'));
    });
  });
});
