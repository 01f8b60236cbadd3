import { AggregationTemporality, type MetricData } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import {
  counterData,
  exponentialHistogramData,
  gaugeData,
  histogram,
  histogramData,
  resourceMetrics,
  upDownCounterData,
} from '../../support/metric-data.ts';
import { parsePrometheusText, type PrometheusFamily } from '../../support/prometheus-text.ts';

function write(...scopes: MetricData[][]): { text: string; problems: readonly string[] } {
  const { body, problems } = createBodyWriter().writeBody(resourceMetrics(scopes));
  return { text: body.toString('utf8'), problems };
}

function families(...scopes: MetricData[][]): ReadonlyMap<string, PrometheusFamily> {
  return parsePrometheusText(write(...scopes).text);
}

describe('the text writer', () => {
  it('takes metrics for what they are now, whatever they were in the body before', () => {
    const writer = createBodyWriter({ targetInfo: false });
    const textOf = (metric: MetricData): string => writer.writeBody(resourceMetrics([[metric]])).body.toString();
    const descriptor = { name: 'x', description: '', unit: 's', valueType: 1 };
    const points = [[{}, 1]] as const;
    expect(textOf({ ...gaugeData('x', points), descriptor })).to.contain('\nx_seconds 1\n');
    expect(textOf({ ...counterData('x', points), descriptor })).to.contain('counter\nx_seconds_total 1\n');
    expect(textOf({ ...gaugeData('x', points), descriptor })).to.contain('gauge\nx_seconds 1\n');
    Object.assign(descriptor, { name: 'y', unit: 'By' });
    expect(textOf({ ...gaugeData('x', points), descriptor })).to.contain('\ny_bytes 1\n');
    expect(textOf({ ...counterData('x', points), descriptor })).to.contain('\ny_bytes_total 1\n');
  });

  it('writes right names when there have been more of them than anybody has', () => {
    const writer = createBodyWriter({ targetInfo: false });
    for (let first = 0; first < 30_000; first += 6000) {
      const metrics = Array.from({ length: 6000 }, (_, place) =>
        gaugeData(`m_${first + place}`, [[{}, first + place]]),
      );
      const lines = writer
        .writeBody(resourceMetrics([metrics]))
        .body.toString()
        .trimEnd()
        .split('\n');
      expect(lines.filter((line) => !line.startsWith('#'))).to.deep.equal(
        metrics.map((_, place) => `m_${first + place} ${first + place}`),
      );
    }
  });

  it('writes counters, gauges and histograms as Prometheus documents them', () => {
    const { text, problems } = write([
      counterData('inference.requests', [[{ model_type: 'document', status: 'success' }, 3]], {
        description: 'Requests.',
      }),
      upDownCounterData('inference.in_flight', [[{}, -2]]),
      gaugeData('cpu.utilization', [[{}, 45.2]], { unit: '%', description: 'CPU.' }),
      histogramData(
        'inference.latency',
        [[{ model_type: 'document' }, histogram([0.05, 1, 2_500_000], [1, 2, 3, 4], 7.5)]],
        {
          unit: 's',
          description: 'Latency.',
        },
      ),
    ]);
    expect(text).to.equal(`# HELP inference_requests_total Requests.
# TYPE inference_requests_total counter
inference_requests_total{model_type="document",status="success"} 3
# HELP inference_in_flight${' '}
# TYPE inference_in_flight gauge
inference_in_flight -2
# HELP cpu_utilization_percent CPU.
# TYPE cpu_utilization_percent gauge
cpu_utilization_percent 45.2
# HELP inference_latency_seconds Latency.
# TYPE inference_latency_seconds histogram
inference_latency_seconds_bucket{model_type="document",le="0.05"} 1
inference_latency_seconds_bucket{model_type="document",le="1.0"} 3
inference_latency_seconds_bucket{model_type="document",le="2.5e+06"} 6
inference_latency_seconds_bucket{model_type="document",le="+Inf"} 10
inference_latency_seconds_sum{model_type="document"} 7.5
inference_latency_seconds_count{model_type="document"} 10
`);
    expect(problems).to.deep.equal([]);
  });

  it('writes bucket bounds as Prometheus 3 does', () => {
    const bounds = [-2.5, 0, 0.00001, 0.0001, 0.05, 1, 10, 100_000, 1_000_000, 1_234_567, 1e21];
    const text = write([
      histogramData('x', [
        [
          {},
          histogram(
            bounds,
            Array.from({ length: 12 }, () => 0),
          ),
        ],
      ]),
    ]).text;
    // Go's strconv.FormatFloat(bound, 'g', -1, 64), with ".0" for what would look like an integer.
    expect([...text.matchAll(/le="([^"]+)"/g)].map((match) => match[1])).to.deep.equal([
      '-2.5',
      '0.0',
      '1e-05',
      '0.0001',
      '0.05',
      '1.0',
      '10.0',
      '100000.0',
      '1e+06',
      '1.234567e+06',
      '1e+21',
      '+Inf',
    ]);
  });

  it('spells values that are no finite numbers', () => {
    const text = write([
      gaugeData('x', [
        [{ a: '1' }, NaN],
        [{ a: '2' }, Infinity],
        [{ a: '3' }, -Infinity],
        [{ a: '4' }, 1e-7],
      ]),
    ]).text;
    expect(text).to.contain('x{a="1"} NaN\n');
    expect(text).to.contain('x{a="2"} +Inf\n');
    expect(text).to.contain('x{a="3"} -Inf\n');
    expect(text).to.contain('x{a="4"} 1e-7\n');
  });

  it('ends with a newline when there are no metrics', () => {
    const { text } = write();
    expect(text).to.match(/\n$/);
    expect(parsePrometheusText(text).size).to.equal(0);
  });

  it('writes the resource as target_info, unless that is off', () => {
    const metrics = resourceMetrics([], { 'service.name': 'api', 'process.command_args': ['node', 'x'] });
    const text = createBodyWriter().writeBody(metrics).body.toString();
    expect(parsePrometheusText(text).get('target_info')).to.deep.equal({
      name: 'target_info',
      type: 'gauge',
      help: 'Target metadata',
      samples: [
        { name: 'target_info', labels: { service_name: 'api', process_command_args: '["node","x"]' }, value: 1 },
      ],
    });
    expect(createBodyWriter({ targetInfo: false }).writeBody(metrics).body.toString()).not.to.contain('target_info');
  });

  it("does not mix a metric of the user's with the target_info of the resource", () => {
    const metrics = resourceMetrics([[gaugeData('target.info', [[{ a: '1' }, 1]])]], { 'service.name': 'api' });
    const { body, problems } = createBodyWriter().writeBody(metrics);
    expect(parsePrometheusText(body.toString()).get('target_info')?.samples).to.have.length(1);
    expect(problems).to.have.length(1);
  });

  it('puts metrics of one name from several scopes under one head', () => {
    const parsed = families(
      [counterData('requests', [[{ from: 'a' }, 1]], { description: 'First.' })],
      [gaugeData('other', [[{}, 1]]), counterData('requests', [[{ from: 'b' }, 2]], { description: 'First.' })],
    );
    expect(parsed.get('requests_total')?.samples.map((sample) => sample.value)).to.deep.equal([1, 2]);
  });

  it('keeps the first description where scopes differ, and tells it', () => {
    const { text, problems } = write(
      [counterData('requests', [[{ from: 'a' }, 1]])],
      [counterData('requests', [[{ from: 'b' }, 2]], { description: 'Second.' })],
      [counterData('requests', [[{ from: 'c' }, 2]], { description: 'Third.' })],
    );
    expect(parsePrometheusText(text).get('requests_total')).to.include({ help: 'Second.' });
    expect(problems).to.deep.equal([
      'the metric requests_total has several descriptions, of which the first is written',
    ]);
  });

  it('keeps the first of two types and tells that the second is left out', () => {
    const { text, problems } = write(
      [gaugeData('jobs', [[{ from: 'a' }, 1]])],
      [histogramData('jobs', [[{ from: 'b' }, histogram([1], [1, 1])]])],
    );
    expect(parsePrometheusText(text).get('jobs')?.samples).to.have.length(1);
    expect(problems).to.deep.equal([
      'the metric "jobs" of scope "scope-1" is left out: jobs is a gauge already, and it is a histogram',
    ]);
  });

  it('keeps the first of two series with the same labels, whatever their order', () => {
    const { text, problems } = write(
      [gaugeData('temperature', [[{ room: 'a', floor: '1' }, 20]])],
      [
        gaugeData('temperature', [
          [{ floor: '1', room: 'a' }, 30],
          [{ room: 'b', floor: '1' }, 25],
        ]),
      ],
    );
    expect(
      parsePrometheusText(text)
        .get('temperature')
        ?.samples.map((sample) => sample.value),
    ).to.deep.equal([20, 25]);
    expect(problems).to.deep.equal(['1 series of temperature are left out: series with the same labels came first']);
  });

  it('keeps the same one of two series when the SDK tells their scopes in another order', () => {
    const writer = createBodyWriter();
    const metrics = resourceMetrics([[gaugeData('x', [[{}, 1]])], [gaugeData('x', [[{}, 2]])]]);
    const bodyOf = (): string => writer.writeBody(metrics).body.toString();
    expect(bodyOf()).to.contain('x 1\n');
    metrics.scopeMetrics.reverse();
    expect(bodyOf()).to.contain('x 1\n');
  });

  for (const suffix of ['bucket', 'sum', 'count']) {
    it(`writes a body that can be read beside a histogram and a gauge that ends in _${suffix}`, () => {
      const latency = histogramData('x', [[{}, histogram([1], [1, 1], 3)]]);
      const clash = gaugeData(`x.${suffix}`, [[{}, 1]]);
      const histogramFirst = write([latency], [clash]);
      expect([...parsePrometheusText(histogramFirst.text).keys()]).to.deep.equal(['x']);
      expect(histogramFirst.problems[0]).to.equal(
        `the metric "x.${suffix}" of scope "scope-1" is left out: its series x_${suffix} belong to the metric x, which came first`,
      );
      const gaugeFirst = write([clash], [latency]);
      expect([...parsePrometheusText(gaugeFirst.text).keys()]).to.deep.equal([`x_${suffix}`]);
      expect(gaugeFirst.problems).to.have.length(1);
    });
  }

  it('joins the values of attributes whose names become one label, in the order of the original names', () => {
    // The specification: "the values MUST be concatenated together, separated by ;, and ordered by the
    // lexicographical order of the original keys".
    const [sample] = families([gaugeData('x', [[{ 'a.b': 'dot', 'a-b': 'dash', a_b: 'plain' }, 1]])]).get('x')!.samples;
    expect(sample?.labels).to.deep.equal({ a_b: 'dash;dot;plain' });
  });

  it('renames an attribute le of a histogram and leaves that of a gauge', () => {
    const parsed = families([
      histogramData('x', [[{ le: '0.5', exported_le: 'b' }, histogram([1], [1, 1])]]),
      gaugeData('y', [[{ le: '0.5', quantile: '0.9' }, 1]]),
    ]);
    expect(parsed.get('x')?.samples.at(-1)?.labels).to.deep.equal({ exported_le: 'b;0.5' });
    expect(parsed.get('y')?.samples[0]?.labels).to.deep.equal({ le: '0.5', quantile: '0.9' });
  });

  it('writes attribute values of any kind as text', () => {
    const attributes = { number: 1.5, yes: true, list: ['a', 'b"c'], missing: undefined, empty: '' };
    const [sample] = families([gaugeData('x', [[attributes, 1]])]).get('x')!.samples;
    expect(sample?.labels).to.deep.equal({ number: '1.5', yes: 'true', list: '["a","b\\"c"]' });
  });

  it('escapes label values and descriptions', () => {
    const hostile = 'quote " backslash \\ newline \n return \r nul \0 n \\n';
    const parsed = families([gaugeData('x', [[{ a: hostile }, 1]], { description: hostile })]);
    expect(parsed.get('x')?.samples[0]?.labels).to.deep.equal({ a: hostile });
    expect(parsed.get('x')?.help).to.equal(hostile);
  });

  it('makes lone surrogates well formed', () => {
    const [sample] = families([gaugeData('x', [[{ a: 'x\ud800y', 'b\udc00': '😀' }, 1]])]).get('x')!.samples;
    expect(sample?.labels).to.deep.equal({ a: 'x\ufffdy', b_: '😀' });
  });

  it('takes two labels for one whose lone surrogates become the same character', () => {
    const { text, problems } = write([
      gaugeData('x', [
        [{ a: '\ud800' }, 1],
        [{ a: '\ud801' }, 2],
      ]),
    ]);
    expect(parsePrometheusText(text).get('x')?.samples).to.have.length(1);
    expect(problems).to.have.length(1);
  });

  it('leaves out a histogram that has a bound twice', () => {
    const { text, problems } = write([histogramData('x', [[{}, histogram([1, 1], [1, 1, 1])]])]);
    expect(parsePrometheusText(text).size).to.equal(0);
    expect(problems).to.deep.equal(['1 series of x are left out: the bucket bounds are no ascending numbers']);
  });

  it('counts what the buckets count, whatever the point says', () => {
    const point = { ...histogram([1, 2], [1, 2, 3], 4), count: 99 };
    const { samples } = families([histogramData('x', [[{}, point]])]).get('x')!;
    expect(samples.at(-1)).to.deep.equal({ name: 'x_count', labels: {}, value: 6 });
  });

  it('takes an infinite last bound for the overflow bucket', () => {
    const { samples } = families([histogramData('x', [[{}, histogram([1, Infinity], [1, 2, 0])]])]).get('x')!;
    expect(samples.map(({ labels, value }) => [labels['le'], value])).to.deep.equal([
      ['1.0', 1],
      ['+Inf', 3],
      [undefined, 3],
    ]);
  });

  it('writes a histogram that has a count and no buckets', () => {
    const { samples } = families([
      histogramData('x', [[{}, { buckets: { boundaries: [], counts: [] }, count: 4 }]]),
    ]).get('x')!;
    expect(samples.map(({ value }) => value)).to.deep.equal([4, 4]);
  });

  it('leaves out differences, which Prometheus would read as totals', () => {
    const { text, problems } = write([
      counterData('requests', [[{}, 1]], { temporality: AggregationTemporality.DELTA }),
      gaugeData('level', [[{}, 1]], { temporality: AggregationTemporality.DELTA }),
    ]);
    expect([...parsePrometheusText(text).keys()]).to.deep.equal(['level']);
    expect(problems[0]).to.contain('Prometheus needs cumulative values');
  });

  it('leaves out one broken metric or series and keeps the rest', () => {
    const unserialisable = Object.defineProperty({}, 'a', { enumerable: true, get: () => JSON.parse('{') as string });
    const { text, problems } = write([
      { descriptor: undefined } as unknown as MetricData,
      gaugeData('@#$%', [[{}, 1]]),
      histogramData('unordered', [[{}, histogram([2, 1], [1, 1, 1])]]),
      histogramData('uncounted', [
        [{}, histogram([1], [NaN, 1])],
        [{ a: '1' }, histogram([1], [1, 1])],
      ]),
      gaugeData('textual', [[{}, 'high' as unknown as number]]),
      gaugeData('throwing', [
        [unserialisable, 1],
        [{}, 2],
      ]),
      gaugeData('good', [[{}, 1]]),
    ]);
    const parsed = parsePrometheusText(text);
    expect(parsed.get('uncounted')?.samples).to.have.length(3);
    expect(parsed.get('throwing')?.samples).to.have.length(1);
    expect(parsed.get('good')?.samples).to.have.length(1);
    expect(problems).to.have.length(6);
  });

  it('writes the same body again, and new values for the same attributes objects', () => {
    const writer = createBodyWriter();
    const attributes = { model_type: 'document' };
    const bodyOf = (value: number): string =>
      writer.writeBody(resourceMetrics([[counterData('requests', [[attributes, value]])]])).body.toString();
    expect(bodyOf(1)).to.contain('requests_total{model_type="document"} 1\n');
    expect(bodyOf(2)).to.contain('requests_total{model_type="document"} 2\n');
  });

  it('writes bodies of many pieces', () => {
    const series = Array.from({ length: 20_000 }, (_, index) => [{ id: `é-${index}` }, index] as const);
    const { samples } = families([gaugeData('x', series)]).get('x')!;
    expect(samples).to.have.length(20_000);
    expect(samples[19_999]).to.deep.equal({ name: 'x', labels: { id: 'é-19999' }, value: 19_999 });
  });
});

describe('exponential histograms as text', () => {
  const empty = { offset: 0, bucketCounts: [] };

  function bucketsOf(value: Parameters<typeof exponentialHistogramData>[1][number][1]): [string, number][] {
    const parsed = families([exponentialHistogramData('x', [[{}, value]])]).get('x')!;
    return parsed.samples
      .filter(({ name }) => name === 'x_bucket')
      .map(({ labels, value: count }) => [labels['le']!, count]);
  }

  it('have buckets at powers of two', () => {
    // Scale 1: bounds at 1, 1.41, 2, 2.83, 4, so buckets 0 to 3 end at 1.41, 2, 2.83 and 4.
    const positive = { offset: 0, bucketCounts: [1, 2, 3, 4] };
    expect(bucketsOf({ count: 11, sum: 20, scale: 1, zeroCount: 1, positive, negative: empty })).to.deep.equal([
      ['0.0', 1],
      ['1.0', 1],
      ['2.0', 4],
      ['4.0', 11],
      ['+Inf', 11],
    ]);
  });

  it('keep these bounds when they rescale themselves', () => {
    // The same values at scale 0: buckets 0 and 1 are (1, 2] and (2, 4].
    const positive = { offset: 0, bucketCounts: [3, 7] };
    expect(bucketsOf({ count: 11, sum: 20, scale: 0, zeroCount: 1, positive, negative: empty })).to.deep.equal([
      ['0.0', 1],
      ['1.0', 1],
      ['2.0', 4],
      ['4.0', 11],
      ['+Inf', 11],
    ]);
  });

  it('have coarser buckets at negative scales, and buckets for negative values', () => {
    // Scale -1: (1, 4], (4, 16]; mirrored [-4, -1).
    const positive = { offset: 0, bucketCounts: [1, 1] };
    const negative = { offset: 0, bucketCounts: [5] };
    expect(bucketsOf({ count: 7, scale: -1, zeroCount: 0, positive, negative })).to.deep.equal([
      ['-4.0', 0],
      ['-1.0', 5],
      ['0.0', 5],
      ['1.0', 5],
      ['4.0', 6],
      ['16.0', 7],
      ['+Inf', 7],
    ]);
  });

  it('hold the greatest and the smallest doubles', () => {
    const greatest = { offset: 1023, bucketCounts: [2] };
    expect(bucketsOf({ count: 2, scale: 0, zeroCount: 0, positive: greatest, negative: empty }).at(-1)).to.deep.equal([
      '+Inf',
      2,
    ]);
    const smallest = { offset: -1080, bucketCounts: [3] };
    expect(bucketsOf({ count: 3, scale: 0, zeroCount: 0, positive: smallest, negative: empty })).to.deep.equal([
      ['5e-324', 3],
      ['+Inf', 3],
    ]);
  });

  it('are left out where their buckets cannot exist', () => {
    const positive = { offset: 1e300, bucketCounts: [1] };
    const value = { count: 1, scale: 0, zeroCount: 0, positive, negative: empty };
    const { text, problems } = write([exponentialHistogramData('x', [[{}, value]]), gaugeData('y', [[{}, 1]])]);
    expect(parsePrometheusText(text).get('y')?.samples).to.have.length(1);
    expect(problems).to.have.length(1);
  });
});
