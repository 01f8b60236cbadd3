import { loadReferenceProfile, shortHash } from '@inferometer/drift-metrics';
import { documentClasses, imageClasses, modelVersion, referencePath } from '../models/model-files.ts';
import type { ScrapedSeries } from './scraped-series.ts';
import type { ModelType, Tally } from './traffic.ts';

export interface Check {
  readonly what: string;
  readonly expected: number | string;
  readonly received: number | undefined;
  readonly passed: boolean;
}

const references = {
  document: loadReferenceProfile(referencePath('document')),
  image: loadReferenceProfile(referencePath('image')),
};
const PHASES = ['preprocess', 'inference', 'postprocess'];

/** Compares the scraped series with what was sent. */
export function checkSeries(series: ScrapedSeries, tallies: Readonly<Record<ModelType, Tally>>): Check[] {
  const checks: Check[] = [];

  function equals(expected: number, name: string, labels: Readonly<Record<string, string>>): void {
    const received = series.value(name, labels);
    // Sums of confidences are added up in another order here.
    const passed = received !== undefined && Math.abs(received - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
    checks.push({ what: describe(name, labels), expected, received, passed });
  }

  function isAbsent(name: string, labels: Readonly<Record<string, string>>): void {
    const received = series.value(name, labels);
    checks.push({ what: describe(name, labels), expected: 'none', received, passed: received === undefined });
  }

  function isPositive(name: string, labels: Readonly<Record<string, string>> = {}): void {
    const received = series.value(name, labels);
    checks.push({
      what: describe(name, labels),
      expected: '> 0',
      received,
      passed: received !== undefined && received > 0,
    });
  }

  function checkModel(model_type: ModelType, owner: string, classes: readonly string[]): void {
    const tally = tallies[model_type];
    const labels = { model_type };
    equals(1, 'inference_model_info', { model_type, model_version: modelVersion, owner });
    equals(tally.requests, 'inference_requests_total', { model_type, status: 'success' });
    equals(tally.rejected, 'inference_requests_total', { model_type, status: 'error' });
    equals(tally.rejected, 'error_count_total', { model_type, error_code: 'invalid_input' });
    equals(0, 'error_count_total', { model_type, error_code: 'model_failure' });
    equals(tally.requests, 'inference_latency_seconds_count', labels);
    isPositive('inference_latency_seconds_sum', labels);
    equals(tally.rejected, 'inference_failure_latency_seconds_count', labels);
    equals(0, 'inference_in_flight', labels);
    equals(tally.confidences.length, 'model_confidence_scores_count', labels);
    equals(sum(tally.confidences), 'model_confidence_scores_sum', labels);
    equals(tally.requests, 'batch_size_count', labels);
    equals(sum(tally.batchSizes), 'batch_size_sum', labels);
    for (const predicted_class of classes) {
      const count = tally.predictedClasses.filter((name) => name === predicted_class).length;
      equals(count, 'prediction_distribution_total', { model_type, predicted_class });
    }
    equals(tally.correct, 'ground_truth_total', { model_type, outcome: 'correct' });
    equals(tally.incorrect, 'ground_truth_total', { model_type, outcome: 'incorrect' });
    equals(tally.correct / (tally.correct + tally.incorrect), 'model_accuracy', labels);
    checkDrift(model_type, tally, classes);
  }

  /** Too few predictions for a score, and none may be told; what it will be made of is counted already. */
  function checkDrift(model_type: ModelType, tally: Tally, classes: readonly string[]): void {
    const profile = references[model_type];
    equals(1, 'drift_reference_loaded', { model_type });
    equals(profile.samples, 'drift_reference_samples', { model_type, signal: 'class' });
    for (const bin of classes) {
      const count = tally.predictedClasses.filter((name) => name === bin).length;
      equals(count, 'drift_live_count_total', { model_type, signal: 'class', bin, reference: shortHash(profile) });
    }
    for (const alert_type of ['distribution', 'confidence', 'performance']) {
      equals(0, 'drift_alerts_total', { model_type, alert_type });
    }
    isAbsent('drift_score', { model_type, metric_type: 'distribution' });
  }

  checkModel('document', 'search', documentClasses);
  checkModel('image', 'vision', imageClasses);
  for (const phase of PHASES) {
    const labels = { model_type: 'document', phase };
    equals(tallies.document.requests, 'inference_phase_seconds_count', labels);
    isPositive('inference_phase_seconds_sum', labels);
  }
  isPositive('cpu_utilization_percent');
  isPositive('memory_used_bytes');
  return checks;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function describe(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
