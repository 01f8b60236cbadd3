import { expect } from 'chai';
import * as fc from 'fast-check';
import { createBodyWriter } from '../../../packages/observability/src/observer/exposition/body-writer.ts';
import { gaugeData, resourceMetrics } from '../../support/metric-data.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';
import { checkWithPromtool } from '../../support/promtool.ts';
import { requireTool } from '../../support/required-tool.ts';
import { anyNumber, hostileCollection, hostileText } from './hostile-collection.ts';

function byName([left = '']: readonly string[], [right = '']: readonly string[]): number {
  return left < right ? -1 : 1;
}

/** A seed of its own, so that every run tests the same and a failure can be run again. */
const SEED = 20_261_123;

describe('metrics of hostile origin', () => {
  it('become a body that a strict parser reads', () => {
    fc.assert(
      fc.property(hostileCollection, (metrics) => {
        parsePrometheusText(createBodyWriter().writeBody(metrics).body.toString('utf8'));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('come back from the body as they went in, where names and labels are plain', () => {
    const plain = fc.array(
      fc.tuple(
        fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), hostileText), { selector: ([key]) => key }),
        anyNumber,
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(plain, (series) => {
        const data = series.map(([labels, value]) => [Object.fromEntries(labels), value] as const);
        const { body, problems } = createBodyWriter().writeBody(resourceMetrics([[gaugeData('x', data)]]));
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
        .sample(fc.array(hostileCollection, { minLength: 8, maxLength: 8 }), { seed: SEED, numRuns: 12 })
        .map((collections) => ({
          resource: collections[0]!.resource,
          scopeMetrics: collections.flatMap(({ scopeMetrics }) => scopeMetrics),
        }))
        .map((metrics) => createBodyWriter().writeBody(metrics).body.toString('utf8'));
      for (const body of bodies) {
        await checkWithPromtool(promtool, body);
      }
    });

    it('are refused by promtool where they are wrong, so that the check above says something', async () => {
      const error = await checkWithPromtool(promtool, 'x{a="1",a="2"} 1\n').catch((reason: unknown) => reason);
      expect(error).to.be.an('error');
    });

    it('leave a body that promtool reads when there is nothing at all', async () => {
      await checkWithPromtool(promtool, createBodyWriter().writeBody(resourceMetrics([])).body.toString('utf8'));
    });
  });
});
