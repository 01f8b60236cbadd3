import type { CountLayout } from '../engine/count-layout.ts';
import type { DriftObservation } from './observation.ts';

/** Counts an observation into bins: one increment for each signal, no allocation. */
export type CountObservation = (observation: DriftObservation) => void;

/** @param counts one number for each bin of the layout, added to in place */
export function createObservationCounter(layout: CountLayout, counts: Float64Array): CountObservation {
  const classSignal = layout.signals.find(({ signal }) => signal.role === 'class');
  const confidenceSignal = layout.signals.find(({ signal }) => signal.role === 'confidence');
  const featureSignals = layout.signals
    .filter(({ signal }) => signal.role === 'feature')
    // What every object inherits is no feature of this one.
    .map(({ offset, bins, signal: { name } }) => ({ offset, bins, name, isInherited: name in Object.prototype }));
  const { performance } = layout;
  return (observation) => {
    const { predictedClass, confidence, features, correct } = observation;
    if (predictedClass !== undefined && classSignal !== undefined) {
      counts[classSignal.offset + classSignal.bins.binOf(predictedClass)]! += 1;
    }
    if (confidence !== undefined && confidenceSignal !== undefined) {
      counts[confidenceSignal.offset + confidenceSignal.bins.binOf(confidence)]! += 1;
    }
    if (typeof features === 'object' && features !== null) {
      for (const { offset, bins, name, isInherited } of featureSignals) {
        const value = isInherited && !Object.hasOwn(features, name) ? undefined : features[name];
        counts[offset + bins.binOf(value)]! += 1;
      }
    }
    if (typeof correct === 'boolean' && performance !== undefined) {
      counts[performance.offset + (correct ? 0 : 1)]! += 1;
    }
  };
}
