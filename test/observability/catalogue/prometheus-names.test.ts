import { expect } from 'chai';
import {
  prometheusLabelName,
  prometheusName,
  type NamedKind,
} from '../../../packages/observability/src/catalogue/prometheus-names.ts';

function nameOf(name: string, unit: string, kind: NamedKind): string {
  return prometheusName({ name, unit, kind });
}

describe('Prometheus names', () => {
  const documented: [string, NamedKind, string, string][] = [
    ['inference.requests', 'counter', '', 'inference_requests_total'],
    ['inference.latency', 'histogram', 's', 'inference_latency_seconds'],
    ['error.count', 'counter', '', 'error_count_total'],
    ['model.confidence.scores', 'histogram', '', 'model_confidence_scores'],
    ['prediction.distribution', 'counter', '', 'prediction_distribution_total'],
    ['batch.size', 'histogram', '', 'batch_size'],
    ['cpu.utilization', 'gauge', '%', 'cpu_utilization_percent'],
    ['memory.used', 'gauge', 'By', 'memory_used_bytes'],
    ['gpu.utilization', 'gauge', '%', 'gpu_utilization_percent'],
    ['gpu.memory.used', 'gauge', 'By', 'gpu_memory_used_bytes'],
    ['drift.score', 'gauge', '', 'drift_score'],
    ['drift.alerts', 'counter', '', 'drift_alerts_total'],
    ['model.accuracy', 'gauge', '', 'model_accuracy'],
    ['inference.failure.latency', 'histogram', 's', 'inference_failure_latency_seconds'],
    ['inference.in_flight', 'upDownCounter', '', 'inference_in_flight'],
    ['inference.phase', 'histogram', 's', 'inference_phase_seconds'],
    ['inference.model.info', 'gauge', '', 'inference_model_info'],
    ['ground.truth', 'counter', '', 'ground_truth_total'],
    ['nodejs.eventloop.blocked', 'gauge', 's', 'nodejs_eventloop_blocked_seconds'],
  ];
  for (const [name, kind, unit, expected] of documented) {
    it(`writes ${name} as the documented ${expected}`, () => {
      expect(nameOf(name, unit, kind)).to.equal(expected);
    });
  }

  // From the tests of Prometheus's own translation, github.com/prometheus/otlptranslator, metric_namer_test.go.
  const prometheusVectors: [string, string, NamedKind, string][] = [
    ['requests', '', 'counter', 'requests_total'],
    ['cpu_usage', '1', 'gauge', 'cpu_usage_ratio'],
    ['cpu_usage_ratio', '1', 'gauge', 'cpu_usage_ratio'],
    ['items', '1', 'counter', 'items_total'],
    ['response_time', 'ms', 'gauge', 'response_time_milliseconds'],
    ['response_time_seconds', 's', 'gauge', 'response_time_seconds'],
    ['requests', '1/s', 'gauge', 'requests_per_second'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['custom_metric', 'custom_unit', 'gauge', 'custom_metric_custom_unit'],
    ['custom_metric', '{custom}', 'gauge', 'custom_metric'],
    ['custom_metric', 'By/{custom}', 'gauge', 'custom_metric_bytes'],
    ['requests_total', '', 'counter', 'requests_total'],
    ['custom_metric', 'unit@with#special/chars', 'gauge', 'custom_metric_unit_with_special_per_chars'],
    [
      'metric__with__multiple__underscores',
      'unit__multiple',
      'gauge',
      'metric_with_multiple_underscores_unit_multiple',
    ],
    ['@#$%', '', 'gauge', ''],
    ['active_connections', '', 'upDownCounter', 'active_connections'],
    ['uptime', 'd', 'gauge', 'uptime_days'],
    ['duration', 'h', 'gauge', 'duration_hours'],
  ];
  for (const [name, unit, kind, expected] of prometheusVectors) {
    it(`names the ${kind} ${name} in ${unit || 'no unit'} as Prometheus's OTLP receiver does`, () => {
      expect(nameOf(name, unit, kind)).to.equal(expected);
    });
  }

  it('begins a name with an underscore where it would begin with a digit', () => {
    expect(nameOf('5xx.responses', '', 'counter')).to.equal('_5xx_responses_total');
  });

  it('repeats no suffix that the name has already', () => {
    expect(nameOf('io.bytes_per_second', 'By/s', 'gauge')).to.equal('io_bytes_per_second');
    expect(nameOf('cpu.seconds.total', 's', 'counter')).to.equal('cpu_seconds_total');
    expect(nameOf('seconds.total.cpu', 's', 'counter')).to.equal('seconds_cpu_total');
  });

  it('adds ratio to gauges of unit 1 alone', () => {
    expect(nameOf('share', '1', 'gauge')).to.equal('share_ratio');
    expect(nameOf('share', '1', 'histogram')).to.equal('share');
    expect(nameOf('share', '1', 'upDownCounter')).to.equal('share');
  });

  it('leaves a name alone that is a unit or a type word itself', () => {
    expect(nameOf('total', '', 'counter')).to.equal('total');
    expect(nameOf('bytes', 'By', 'gauge')).to.equal('bytes');
  });

  const units: [string, string][] = [
    ['KiBy', 'kibibytes'],
    ['MiBy', 'mebibytes'],
    ['GiBy', 'gibibytes'],
    ['%', 'percent'],
    ['Cel', 'celsius'],
    ['W', 'watts'],
    ['J', 'joules'],
    ['Hz', 'hertz'],
    ['us', 'microseconds'],
  ];
  for (const [unit, word] of units) {
    it(`spells the unit ${unit} as ${word}`, () => {
      expect(nameOf('x', unit, 'gauge')).to.equal(`x_${word}`);
    });
  }

  it('makes a label name of any attribute key', () => {
    // The first five as in label_namer_test.go of the same project.
    expect(prometheusLabelName('label:with:colons')).to.equal('label_with_colons');
    expect(prometheusLabelName('LabelWithCapitalLetters')).to.equal('LabelWithCapitalLetters');
    expect(prometheusLabelName('label!with&special$chars)')).to.equal('label_with_special_chars_');
    expect(prometheusLabelName('123label')).to.equal('key_123label');
    expect(prometheusLabelName('_label')).to.equal('key_label');
    expect(prometheusLabelName('otel.metric.overflow')).to.equal('otel_metric_overflow');
    expect(prometheusLabelName('')).to.equal('key_');
    expect(prometheusLabelName('ようこそ')).to.equal('key____');
  });

  it('keeps label names out of the form that Prometheus reserves', () => {
    expect(prometheusLabelName('__name__')).to.equal('key__name__');
    expect(prometheusLabelName('__proto__')).to.equal('key__proto__');
  });
});
