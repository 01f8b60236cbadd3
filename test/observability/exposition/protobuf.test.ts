import { expect } from 'chai';
import * as fc from 'fast-check';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import { protobufFormat } from '../../../packages/observability/src/observer/exposition/protobuf/protobuf-format.ts';
import { textFormat } from '../../../packages/observability/src/observer/exposition/text/text-formats.ts';
import {
  counterData,
  gaugeData,
  histogram,
  histogramData,
  resourceMetrics,
  upDownCounterData,
} from '../../support/metric-data.ts';
import { boundText, type FamilyMessage, readMetricFamilies, samplesOf } from '../../support/metric-families.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import { hostileCollection } from './hostile-collection.ts';

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_125;

function write(...scopes: MetricData[][]): { families: readonly FamilyMessage[]; problems: readonly string[] } {
  const { body, problems } = createBodyWriter().writeBody(resourceMetrics(scopes), protobufFormat);
  return { families: readMetricFamilies(body), problems };
}

function keyOf(name: string, { le, ...labels }: Readonly<Record<string, string>>): string {
  const bound = name.endsWith('_bucket') && le !== undefined ? boundText(Number(le.replace('+Inf', 'Infinity'))) : le;
  return JSON.stringify([name, bound, ...Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1))]);
}

function valuesOf(
  samples: readonly { name: string; labels: Readonly<Record<string, string>>; value: number }[],
): Record<string, number> {
  // Texts have no negative zero.
  return Object.fromEntries(samples.map(({ name, labels, value }) => [keyOf(name, labels), value + 0]));
}

describe('the protobuf format', () => {
  it('tells what the text format tells, however hostile the metrics are', () => {
    let series = 0;
    fc.assert(
      fc.property(hostileCollection, (metrics) => {
        const writer = createBodyWriter();
        const text = writer.writeBody(metrics, textFormat);
        const written = writer.writeBody(metrics, protobufFormat);
        const expected = [...parsePrometheusText(text.body.toString()).values()];
        const families = readMetricFamilies(written.body);
        expect(families.map(({ name, help, type }) => [name, help, type.toLowerCase()])).to.deep.equal(
          expected.map(({ name, help, type }) => [name, help, type]),
        );
        for (const [place, family] of families.entries()) {
          expect(valuesOf(samplesOf(family))).to.deep.equal(valuesOf(expected[place]!.samples));
        }
        expect(written.problems).to.deep.equal(text.problems);
        expect(written.seriesCount).to.equal(text.seriesCount);
        series += written.seriesCount;
      }),
      { seed: SEED, numRuns: 2000 },
    );
    expect(series).to.be.above(2000);
  });

  it('has counters, gauges and histograms as client_golang has them', () => {
    const { families, problems } = write([
      counterData('inference.requests', [[{ model_type: 'document', status: 'success' }, 3]], {
        description: 'All "requests".\n',
      }),
      upDownCounterData('inference.in_flight', [[{}, -2]]),
      gaugeData('memory', [[{ place: 'é"\\\n' }, NaN]], { unit: 'By' }),
      histogramData('inference.latency', [[{ z: '1', a: '2' }, histogram([0.05, 1], [1, 2, 4], 7.5)]], { unit: 's' }),
    ]);
    const empty = { negative_span: [], negative_delta: [], positive_span: [], positive_delta: [], exemplars: [] };
    expect(problems).to.deep.equal([]);
    expect(families).to.deep.equal([
      {
        name: 'inference_requests_total',
        help: 'All "requests".\n',
        type: 'COUNTER',
        metric: [
          {
            label: [
              { name: 'model_type', value: 'document' },
              { name: 'status', value: 'success' },
            ],
            counter: { value: 3, created_timestamp: { seconds: 1, nanos: 0 } },
          },
        ],
      },
      { name: 'inference_in_flight', help: '', type: 'GAUGE', metric: [{ label: [], gauge: { value: -2 } }] },
      {
        name: 'memory_bytes',
        help: '',
        type: 'GAUGE',
        unit: 'bytes',
        metric: [{ label: [{ name: 'place', value: 'é"\\\n' }], gauge: { value: NaN } }],
      },
      {
        name: 'inference_latency_seconds',
        help: '',
        type: 'HISTOGRAM',
        unit: 'seconds',
        metric: [
          {
            label: [
              { name: 'a', value: '2' },
              { name: 'z', value: '1' },
            ],
            histogram: {
              sample_count: 7,
              sample_sum: 7.5,
              bucket: [
                { cumulative_count: 1, upper_bound: 0.05 },
                { cumulative_count: 3, upper_bound: 1 },
                { cumulative_count: 7, upper_bound: Infinity },
              ],
              created_timestamp: { seconds: 1, nanos: 0 },
              ...empty,
            },
          },
        ],
      },
    ]);
  });

  it('tells the resource as target_info, and nothing where there is nothing', () => {
    const writer = createBodyWriter();
    const info = writer.writeBody(resourceMetrics([], { 'service.name': 'api' }), protobufFormat);
    expect(readMetricFamilies(info.body)).to.deep.equal([
      {
        name: 'target_info',
        help: 'Target metadata',
        type: 'GAUGE',
        metric: [{ label: [{ name: 'service_name', value: 'api' }], gauge: { value: 1 } }],
      },
    ]);
    expect(writer.writeBody(resourceMetrics([]), protobufFormat).body).to.have.lengthOf(0);
  });

  it('leaves out when a series began where nobody knows it', () => {
    for (const startTime of [[0, 0], [-5, 0], [NaN, 0], [1e12, 0], undefined]) {
      const metric = counterData('x', [[{}, 1]]);
      Object.assign(metric.dataPoints[0]!, { startTime });
      expect(write([metric]).families[0]?.metric).to.deep.equal([{ label: [], counter: { value: 1 } }]);
    }
    const metric = counterData('x', [[{}, 1]]);
    Object.assign(metric.dataPoints[0]!, { startTime: [1_795_430_400, 123_000_000] });
    expect(write([metric]).families[0]?.metric[0]?.counter?.created_timestamp).to.deep.equal({
      seconds: 1_795_430_400,
      nanos: 123_000_000,
    });
  });

  it('says of a sum that is not told that it is no number, as Prometheus would read 0', () => {
    const { families } = write([histogramData('x', [[{}, histogram([1], [1, 2])]])]);
    expect(families[0]?.metric[0]?.histogram).to.deep.include({ sample_count: 3, sample_sum: NaN });
  });

  it('never has the number that says to Prometheus that a series has ended', () => {
    const stale = new Float64Array(new BigUint64Array([0x7ff0_0000_0000_0002n]).buffer)[0]!;
    const { body } = createBodyWriter().writeBody(resourceMetrics([[gaugeData('x', [[{}, stale]])]]), protobufFormat);
    expect(body.subarray(-8).readBigUInt64LE()).to.equal(0x7ff8_0000_0000_0000n);
  });

  it('leaves out counts that are more than it can tell, and says so', () => {
    const { families, problems } = write([
      histogramData('x', [
        [{ a: '1' }, histogram([1], [2 ** 52, 0])],
        [{ a: '2' }, histogram([1], [2 ** 52, 2 ** 52])],
      ]),
    ]);
    expect(families[0]?.metric.map(({ histogram: told }) => told?.sample_count)).to.deep.equal([2 ** 52]);
    expect(problems).to.deep.equal(['1 series of x are left out: there are more counts than protobuf can tell']);
  });

  it('says how long each part is, whatever lengths follow one another', () => {
    const writer = createBodyWriter();
    const lengths = [0, 1, 90, 100, 110, 16_000, 16_300, 16_384, 3, 70_000, 2_200_000, 5];
    const series = lengths.map((length) => [{ text: 'x'.repeat(length), length }, length] as const);
    const metrics = resourceMetrics([
      [
        counterData('c', series),
        gaugeData('g', series),
        histogramData(
          'h',
          series.map(([attributes, count]) => [attributes, histogram([1], [count, 1], 1)]),
        ),
        ...[60, 120, 16_350].map((length) => gaugeData(`h${length}`, [[{}, 1]], { description: 'x'.repeat(length) })),
      ],
    ]);
    // Again, with what was learnt of lengths, and in the memory of the first body.
    const first = Buffer.from(writer.writeBody(metrics, protobufFormat).body);
    const families = readMetricFamilies(first);
    for (const family of families.slice(0, 3)) {
      expect(
        family.metric.map(({ label }) => label.find(({ name }) => name === 'text')?.value.length ?? 0),
      ).to.deep.equal(lengths);
    }
    expect(families.slice(3).map(({ help }) => help.length)).to.deep.equal([60, 120, 16_350]);
    const second = writer.writeBody(metrics, protobufFormat, Buffer.alloc(100)).body;
    expect(second.equals(first)).to.equal(true);
  });

  it('takes two labels for one whose lone surrogates become the same character', () => {
    const { families, problems } = write([
      gaugeData('x', [
        [{ a: '\ud83d' }, 1],
        [{ a: '\udc00' }, 2],
      ]),
    ]);
    expect(families[0]?.metric).to.deep.equal([{ label: [{ name: 'a', value: '\ufffd' }], gauge: { value: 1 } }]);
    expect(problems).to.have.lengthOf(1);
  });
});
