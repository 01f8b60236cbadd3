import { ValueType } from '@opentelemetry/api';
import type { BridgeCore } from './bridge-core.ts';

/** Kinds of instruments that record when something happens. */
export type RecordingKind = 'counter' | 'upDownCounter' | 'histogram' | 'gauge';

/** Kinds of instruments that are asked at each collection. */
export type ObservableKind = 'observableCounter' | 'observableUpDownCounter' | 'observableGauge';

/** The value to hand to the SDK, or `undefined` when it was dropped and counted. */
export type ValueCheck = (value: unknown) => number | undefined;

/**
 * The SDK would add NaN to a sum, which stays NaN for ever, and would warn about each single bad value. Gauges take any
 * number: the next value puts NaN right.
 */
export function createValueCheck(
  core: BridgeCore,
  metric: string,
  kind: RecordingKind | ObservableKind,
  valueType: ValueType,
): ValueCheck {
  const takesAnyNumber = kind === 'gauge' || kind === 'observableGauge';
  const takesNegative = takesAnyNumber || kind === 'upDownCounter' || kind === 'observableUpDownCounter';
  const isInteger = valueType === ValueType.INT;
  return (value) => {
    if (typeof value !== 'number') {
      core.drop(metric, 'not_a_number', `it is of type ${typeof value}`);
      return undefined;
    }
    if (!takesAnyNumber && !Number.isFinite(value)) {
      core.drop(metric, 'not_finite', `${value} would spoil the sum for ever`);
      return undefined;
    }
    if (!takesNegative && value < 0) {
      core.drop(metric, 'negative', `${value} is negative`);
      return undefined;
    }
    if (isInteger && !Number.isInteger(value)) {
      if (!Number.isFinite(value)) {
        core.drop(metric, 'not_finite', `${value} is no integer`);
        return undefined;
      }
      core.warnings.warn('value', () => `metric "${metric}" is of integers: the fraction of ${value} is cut off`);
      return Math.trunc(value);
    }
    return value;
  };
}
