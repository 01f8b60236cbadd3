import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import { driftMetricDefinitions, type DriftMetricDefinition } from '../engine/drift-metric-definitions.ts';
import type { DriftPoint } from '../engine/drift-points.ts';

/**
 * Observable instruments for all series of drift on a meter of any OpenTelemetry SDK.
 *
 * @param points called at every collection
 * @returns what takes them away again
 */
export function observeDrift(meter: Meter, points: () => readonly DriftPoint[]): () => void {
  const instruments = new Map<DriftMetricDefinition, Observable>();
  for (const metric of driftMetricDefinitions) {
    const options = { unit: metric.unit, description: metric.description };
    const instrument =
      metric.kind === 'counter'
        ? meter.createObservableCounter(metric.name, options)
        : meter.createObservableGauge(metric.name, options);
    instruments.set(metric, instrument);
  }
  const callback = (result: BatchObservableResult): void => {
    for (const { metric, value, attributes } of points()) {
      result.observe(instruments.get(metric)!, value, attributes);
    }
  };
  const observables = [...instruments.values()];
  meter.addBatchObservableCallback(callback, observables);
  return () => {
    meter.removeBatchObservableCallback(callback, observables);
  };
}
