import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  openMetricsFormat,
  textFormat,
} from '../../../packages/observability/src/observer/exposition/text/text-formats.ts';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import { readWithClientPython, requireClientPython, type PythonFamily } from '../../support/client-python.ts';
import { counterData, gaugeData, histogram, histogramData, resourceMetrics } from '../../support/metric-data.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import { hostileCollection } from './hostile-collection.ts';

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_124;

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1))]);
}

function samplesOf(families: readonly PythonFamily[]): Map<string, number> {
  return new Map(
    families.flatMap(({ samples }) => samples.map(({ name, labels, value }) => [keyOf(name, labels), value])),
  );
}

describe("client_python's parsers", function () {
  this.timeout(60_000);
  let python = '';

  before(function () {
    python = requireClientPython(this);
  });

  it('read every series of the text format as it was told, however hostile', async () => {
    const bodies = fc
      .sample(hostileCollection, { seed: SEED, numRuns: 300 })
      .map((metrics) => createBodyWriter().writeBody(metrics, textFormat).body.toString('utf8'));
    const read = await readWithClientPython(
      python,
      bodies.map((body) => ({ format: 'text', body })),
    );
    let samples = 0;
    for (const [place, body] of bodies.entries()) {
      const expected = new Map<string, number>();
      for (const family of parsePrometheusText(body).values()) {
        for (const { name, labels, value } of family.samples) {
          expected.set(keyOf(name, labels), value);
        }
      }
      expect(samplesOf(read[place]!)).to.deep.equal(expected);
      samples += expected.size;
    }
    expect(samples).to.be.above(1000);
  });

  it('read OpenMetrics with the same series and values, where totals may be told', async () => {
    const bodies = fc.sample(hostileCollection, { seed: SEED, numRuns: 300 }).map((metrics) => {
      const writer = createBodyWriter({ createdTimestamps: true });
      return {
        text: writer.writeBody(metrics, textFormat).body.toString('utf8'),
        openMetrics: writer.writeBody(metrics, openMetricsFormat).body.toString('utf8'),
      };
    });
    const read = await readWithClientPython(
      python,
      bodies.map(({ openMetrics }) => ({ format: 'openMetrics', body: openMetrics })),
    );
    const texts = await readWithClientPython(
      python,
      bodies.map(({ text }) => ({ format: 'text', body: text })),
    );
    let alike = 0;
    for (const [place, families] of read.entries()) {
      const text = samplesOf(texts[place]!);
      for (const [key, value] of samplesOf(families)) {
        // Only in OpenMetrics, or in a family that a metric of another name has in the text format.
        if (text.has(key)) {
          expect(value, key).to.deep.equal(text.get(key));
          alike += 1;
        }
      }
    }
    expect(alike).to.be.above(1000);
  });

  it('find families, units and times of beginning where OpenMetrics has them', async () => {
    const metrics = resourceMetrics(
      [
        [
          counterData('inference.requests', [[{ status: 'success' }, 3]], { description: 'All "requests".\n' }),
          histogramData('inference.latency', [[{}, histogram([0.5], [1, 2], 3.5)]], { unit: 's' }),
          histogramData('temperature', [[{}, histogram([-1, 1], [1, 2, 3], 3.5)]], { unit: 'Cel' }),
          gaugeData('accuracy', [[{}, 0.5]], { unit: '1' }),
          gaugeData('speed', [[{}, 5]], { unit: 'By/s' }),
        ],
      ],
      { 'service.name': 'api' },
    );
    const body = createBodyWriter({ createdTimestamps: true })
      .writeBody(metrics, openMetricsFormat)
      .body.toString('utf8');
    expect(body.endsWith('# EOF\n')).to.equal(true);
    const [families = []] = await readWithClientPython(python, [{ format: 'openMetrics', body }]);
    expect(
      families.map(({ name, type, unit, samples }) => [
        name,
        type,
        unit,
        samples.map((sample) => [sample.name, sample.value]),
      ]),
    ).to.deep.equal([
      ['target', 'info', '', [['target_info', 1]]],
      [
        'inference_requests',
        'counter',
        '',
        [
          ['inference_requests_total', 3],
          ['inference_requests_created', 1],
        ],
      ],
      [
        'inference_latency_seconds',
        'histogram',
        'seconds',
        [
          ['inference_latency_seconds_bucket', 1],
          ['inference_latency_seconds_bucket', 3],
          ['inference_latency_seconds_sum', 3.5],
          ['inference_latency_seconds_count', 3],
          ['inference_latency_seconds_created', 1],
        ],
      ],
      // A histogram of negative values has no sum there, and what has no sum has no count.
      [
        'temperature_celsius',
        'histogram',
        'celsius',
        [
          ['temperature_celsius_bucket', 1],
          ['temperature_celsius_bucket', 3],
          ['temperature_celsius_bucket', 6],
          ['temperature_celsius_created', 1],
        ],
      ],
      ['accuracy_ratio', 'gauge', 'ratio', [['accuracy_ratio', 0.5]]],
      ['speed_bytes_per_second', 'gauge', 'bytes_per_second', [['speed_bytes_per_second', 5]]],
    ]);
    expect(families[1]?.help).to.equal('All "requests".\n');
  });

  it('read OpenMetrics that has nothing to tell', async () => {
    const body = createBodyWriter().writeBody(resourceMetrics([]), openMetricsFormat).body.toString('utf8');
    expect(body).to.equal('# EOF\n');
    expect(await readWithClientPython(python, [{ format: 'openMetrics', body }])).to.deep.equal([[]]);
  });

  it('refuse what is wrong, so that the checks above say something', async () => {
    const error = await readWithClientPython(python, [{ format: 'openMetrics', body: 'x 1\nx 1\n' }]).catch(String);
    expect(error).to.contain('client_python refused');
  });
});
