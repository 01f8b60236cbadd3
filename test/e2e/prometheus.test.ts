import { expect } from 'chai';
import { endPrograms, type Program, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { httpRequest } from '../support/http-request.ts';
import { checkWithPromtool } from '../support/promtool.ts';
import { requireTool } from '../support/required-tool.ts';
import type { RecordedTotals } from './fixtures/hostile-service.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const HOSTILE_SERVICE = new URL('fixtures/hostile-service.ts', import.meta.url);

describe('a real Prometheus', function () {
  this.timeout(30_000);
  let promtool: string;
  let service: Program;
  let metricsUrl: string;
  let prometheus: PrometheusServer | undefined;
  let totals: RecordedTotals;

  async function tell(command: 'serve' | 'attack' | 'flood'): Promise<void> {
    service.write(command);
    totals = await service.hear<RecordedTotals>('recorded');
  }

  /** The value of an expression once it is what it must become; what it is instead when it never does. */
  async function becomes(expression: string, expected: number): Promise<void> {
    await eventually(async () => {
      const value = await prometheus?.value(expression);
      expect(value, expression).to.equal(expected);
      return true;
    });
  }

  async function totalsArrive(): Promise<void> {
    await becomes('sum(inference_requests_total)', totals.requests);
    await becomes('sum(inference_requests_total{status="error"})', totals.failures);
    await becomes('sum(error_count_total) or vector(0)', totals.failures);
    await becomes('sum(prediction_distribution_total)', totals.predictions);
  }

  before(async function () {
    const path = requireTool(this, 'prometheus');
    promtool = requireTool(this, 'promtool');
    service = startProgram(HOSTILE_SERVICE);
    metricsUrl = await service.hear<string>('metricsUrl');
    prometheus = await startPrometheus(path, metricsUrl);
  });

  after(async () => {
    await prometheus?.stop();
    await endPrograms();
  });

  afterEach(async () => {
    // Whatever was recorded: each scrape so far was taken, and whole.
    expect(await prometheus?.value('min_over_time(up{job="service"}[1h])')).to.equal(1);
    expect(await prometheus?.target()).to.deep.include({ health: 'up', lastError: '' });
    await checkWithPromtool(promtool, (await httpRequest(metricsUrl)).body);
  });

  it('scrapes a service before its first inference: what is declared is there, at 0', async () => {
    await becomes('up{job="service"}', 1);
    await becomes('sum(inference_requests_total)', 0);
    await becomes('prediction_distribution_total{model_type="document",predicted_class="technology"}', 0);
    await becomes('sum(drift_alerts_total)', 0);
    await becomes('count(target_info)', 1);
  });

  it('answers with the numbers that were recorded', async () => {
    await tell('serve');
    await totalsArrive();
    await becomes('inference_latency_seconds_count{model_type="document"}', 101);
    const quantile = 'histogram_quantile(0.95, sum by (le) (inference_latency_seconds_bucket{model_type="document"}))';
    // The 95.95th of 101 lies among the ten values above 0.25 and up to 0.5; the timed one is the first of all.
    expect(await prometheus?.value(quantile)).to.be.closeTo(0.25 + (0.25 * (0.95 * 101 - 91)) / 10, 1e-9);
    await becomes('round(model_confidence_scores_sum / model_confidence_scores_count, 0.0001)', 0.92);
    await becomes('model_accuracy{model_type="document"}', 1);
    await becomes('ground_truth_total{outcome="correct",model_type="document"}', 1);
    await becomes('drift_score{metric_type="distribution"}', 0.08);
    await becomes('drift_alerts_total{alert_type="distribution"}', 1);
    await becomes('gpu_utilization_percent{gpu_id="0"}', 78.5);
    await becomes('gpu_memory_used_bytes{gpu_id="0"}', 4_294_967_296);
    await becomes('count(cpu_utilization_percent)', 1);
    await becomes('count(memory_used_bytes)', 1);
    // Joined as users join: the version of the model on the left with its requests on the right.
    await becomes(
      'count(inference_requests_total{status="success"} * on (model_type) group_left (model_version) inference_model_info)',
      1,
    );
  });

  it('takes every label that a model can think of, unchanged but for what is no Unicode', async () => {
    await tell('attack');
    await totalsArrive();
    const series = (await prometheus?.query('prediction_distribution_total{model_type="document"}')) ?? [];
    const classes = series.map(({ labels }) => labels['predicted_class']);
    expect(classes).to.include.members([
      '__proto__',
      'constructor',
      '"quoted"',
      'line\nbreak\r\n',
      'back\\slash\\n',
      '\0\u0001\u001f\u007f',
      'lone \ufffd surrogate',
      '\u2028\u2029\u0085',
      '👩🏽‍🚀',
      '} 1\ninference_requests_total{status="success"',
      'x'.repeat(256),
    ]);
    await becomes('sum(inferometer_dropped_values_total{metric="model_confidence_scores"})', 10);
    const everything = (await prometheus?.query('{job="service"}')) ?? [];
    expect(everything).to.have.length.above(500);
    expect(everything.filter(({ value }) => !Number.isFinite(value))).to.deep.equal([]);
  });

  it('adds everything up after a flood of a hundred thousand different models, classes, codes and tenants', async () => {
    await tell('flood');
    await totalsArrive();
    await becomes('count(count by (model_type) (inference_requests_total{model_type!=""}))', 12);
    const overflow = await prometheus?.value('sum(inference_requests_total{otel_metric_overflow="true"})');
    expect(overflow).to.be.within(49_900, 50_100);
    expect(await prometheus?.value('scrape_samples_scraped')).to.be.below(5000);
    await becomes('max(resets(inference_requests_total[1h])) + max(resets(inference_latency_seconds_sum[1h]))', 0);
  });
});
