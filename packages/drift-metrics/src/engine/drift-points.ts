import type { Attributes } from '@opentelemetry/api';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { shortHash } from '../reference/reference-profile.ts';
import type { CountLayout } from './count-layout.ts';
import { driftMetrics, type DriftMetricDefinition } from './drift-metric-definitions.ts';
import { ALERT_TYPES } from './alert-type.ts';
import type { ModelDrift, SignalDrift } from './model-drift.ts';

/** One series and its value now. What has no value has no point. */
export interface DriftPoint {
  readonly metric: DriftMetricDefinition;
  readonly attributes: Attributes;
  readonly value: number;
}

/** e^700 is near the largest number: beyond, an average of statistics over replicas would be infinite. */
const MOST_EVIDENCE = 700;

/** Of a model whose reference cannot be used. */
export function unloadedPoints(modelType: string): DriftPoint[] {
  return [{ metric: driftMetrics.referenceLoaded, attributes: { model_type: modelType }, value: 0 }];
}

/** @param layout undefined where the counts of bins are not asked for */
export function modelPoints(
  drift: ModelDrift,
  profile: ReferenceProfile,
  layout: CountLayout | undefined,
  counts: ArrayLike<number>,
): DriftPoint[] {
  const points: DriftPoint[] = [];
  const { modelType, reference, estimatedAccuracy, lastEvaluationMs } = drift;
  const add = (metric: DriftMetricDefinition, value: number | undefined, attributes: Attributes = {}): void => {
    if (value !== undefined) {
      points.push({ metric, attributes: { model_type: modelType, ...attributes }, value });
    }
  };
  add(driftMetrics.referenceLoaded, 1);
  add(driftMetrics.referenceWarmUp, drift.isWarmUp ? 1 : 0);
  add(driftMetrics.lastEvaluation, lastEvaluationMs === undefined ? undefined : lastEvaluationMs / 1000);
  add(driftMetrics.estimatedAccuracy, estimatedAccuracy?.accuracy);
  add(driftMetrics.estimatedAccuracyError, estimatedAccuracy?.standardError);
  for (const type of ALERT_TYPES) {
    add(driftMetrics.alerts, drift.alerts[type], { alert_type: type });
  }
  for (const signal of drift.signals) {
    const labels = { signal: signal.signal };
    addScore(add, signal);
    add(driftMetrics.windowSamples, signal.windowSamples, labels);
    add(driftMetrics.referenceSamples, signal.referenceSamples, labels);
    add(driftMetrics.alertActive, signal.isAlertActive ? 1 : 0, labels);
    if (!drift.isWarmUp) {
      const evidence = signal.logEvidence === undefined ? undefined : Math.min(signal.logEvidence, MOST_EVIDENCE);
      add(driftMetrics.evidence, evidence, { ...labels, reference });
    }
  }
  // A reference that each replica learned for itself has no place in rules over all replicas.
  if (!drift.isWarmUp) {
    add(driftMetrics.evidenceThreshold, drift.signals[0]?.logThreshold, { reference });
    if (layout !== undefined) {
      addCounts(add, profile, layout, counts);
    }
  }
  return points;
}

type Add = (metric: DriftMetricDefinition, value: number | undefined, attributes: Attributes) => void;

function addScore(add: Add, signal: SignalDrift): void {
  if (signal.feature === undefined) {
    add(driftMetrics.score, signal.score, { metric_type: signal.alertType });
  } else {
    add(driftMetrics.featureScore, signal.score, { feature: signal.feature });
  }
  if (signal.alertType === 'distribution') {
    for (const { bin, contribution } of signal.contributions ?? []) {
      add(driftMetrics.classContribution, contribution, { predicted_class: bin });
    }
  }
}

function addCounts(add: Add, profile: ReferenceProfile, layout: CountLayout, counts: ArrayLike<number>): void {
  const reference = shortHash(profile);
  for (const { key, offset, bins, signal } of layout.signals) {
    for (const [index, bin] of bins.labels.entries()) {
      const labels = { signal: key, bin, reference };
      // At 0 from the start: a rate misses the first sample of a series that was not there.
      add(driftMetrics.liveCount, counts[offset + index] ?? 0, labels);
      add(driftMetrics.referenceCount, signal.counts[index], labels);
    }
  }
}
