import { anyOf, modelSelectors } from '../../prometheus/source/model-selectors.ts';
import { edgeMatcher } from '../../prometheus/source/slo-rules.ts';
import { histogramIncrease, increase, sum } from './promql.ts';
import { objectives } from './service-level.ts';

const BY_MODEL = ['model_type'];

/**
 * How many times faster than allowed the error budget of each model is being spent, over a window such as `1h`. Of the
 * raw series and not of the recorded ratios, so that it heeds the chosen instances and versions.
 */
export function errorBurn(window: string): string {
  const groups = modelSelectors(objectives, ({ errorObjective, uncountedCodes }) => ({
    errorObjective,
    uncountedCodes,
  }));
  const burns = groups.map(({ matcher, setting: { errorObjective, uncountedCodes } }) => {
    const of = matchers(matcher);
    const good = sum(BY_MODEL, increase(window, 'inference.requests', 'status="success"', ...of));
    const counted = uncountedCodes.length === 0 ? [] : [`error_code!~${anyOf(uncountedCodes)}`];
    const bad = `(${sum(BY_MODEL, increase(window, 'error.count', ...counted, ...of))} or 0 * ${good})`;
    return `${bad} / (${bad} + ${good} > 0) / ${budget(errorObjective)}`;
  });
  return burns.join(' or ');
}

/** The same for the latency budget: the share of successes that took longer than the threshold. */
export function latencyBurn(window: string): string {
  const groups = modelSelectors(objectives, ({ latencyObjective, thresholdSeconds }) => ({
    latencyObjective,
    thresholdSeconds,
  }));
  const burns = groups.map(({ matcher, setting: { latencyObjective, thresholdSeconds } }) => {
    const of = matchers(matcher);
    const count = sum(BY_MODEL, histogramIncrease(window, '_count', 'inference.latency', ...of));
    const edge = edgeMatcher(thresholdSeconds);
    const quick = sum(BY_MODEL, histogramIncrease(window, '_bucket', 'inference.latency', edge, ...of));
    return `clamp_min(1 - ${quick} / (${count} > 0), 0) / ${budget(latencyObjective)}`;
  });
  return burns.join(' or ');
}

function matchers(matcher: string): readonly string[] {
  return matcher === '' ? [] : [matcher];
}

/** 1 - 0.99 is 0.010000000000000009. */
export function budget(objective: number): number {
  return Number((1 - objective).toFixed(10));
}
