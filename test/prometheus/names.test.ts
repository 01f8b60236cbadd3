import { expect } from 'chai';
import { knownSeries, labelsIn, unknownNames } from '../../prometheus/source/known-series.ts';
import { promqlNames } from '../../prometheus/source/promql-names.ts';
import { alertRules, committedRules, recordingRules } from './rule-files.ts';

describe('names in the Prometheus rules', () => {
  const series = knownSeries(recordingRules());

  for (const rule of committedRules()) {
    const name = 'alert' in rule ? rule.alert : rule.record;
    it(`are of the metric catalogue in ${name}`, () => {
      expect(unknownNames(rule.expr, series)).to.deep.equal([]);
    });
  }

  it('are of the metric catalogue where a message speaks of a label', () => {
    for (const { alert, expr, labels, annotations } of alertRules()) {
      const known = labelsIn(expr, series);
      for (const [, label = ''] of Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g)) {
        expect([...known, ...Object.keys(labels)], `${alert} speaks of the label ${label}`).to.include(label);
      }
    }
  });

  it('are noticed when a metric, a suffix or a label is called otherwise', () => {
    const mistakes: [expression: string, unknown: string[]][] = [
      ['sum(rate(inference_request_total[5m]))', ['inference_request_total']],
      ['rate(inference_latency_seconds[5m])', ['inference_latency_seconds']],
      ['sum by (model) (inference_requests_total)', ['model']],
      ['inference_requests_total{state="error"}', ['inference_requests_total{state}']],
      ['inference_requests_total{le="1"}', ['inference_requests_total{le}']],
      ['a:b:c * on (job) group_left (owner) inference_model_info', ['a:b:c']],
      ['up and on (modle_type) drift_score{metric_type=~"a|{b}"}', ['modle_type']],
    ];
    for (const [expression, unknown] of mistakes) {
      expect(unknownNames(expression, series), expression).to.deep.equal(unknown);
    }
  });

  it('are found wherever PromQL has them', () => {
    const expression = `
      histogram_quantile(0.95, sum by (job, le) (rate(a_bucket{x="}[5m]", y!~'z'}[5m] offset 1h))) # not(this)
        > bool on (job) group_left () 1.5e3 * b or -c[1h:5m] unless count without (q) (topk(3, d))
    `;
    expect(promqlNames(expression)).to.deep.equal({
      metrics: [
        { name: 'a_bucket', matchedLabels: ['x', 'y'] },
        { name: 'b', matchedLabels: [] },
        { name: 'c', matchedLabels: [] },
        { name: 'd', matchedLabels: [] },
      ],
      groupingLabels: ['job', 'le', 'job', 'q'],
    });
    expect(() => promqlNames('sum({job="a"})')).to.throw('a selector in sum({job="a"}) has no metric name');
  });
});
