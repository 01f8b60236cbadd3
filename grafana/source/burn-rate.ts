import { histogramIncrease, increase, sum } from './promql.ts';
import { serviceLevel } from './service-level.ts';

const BY_MODEL = ['model_type'];

/** How many times faster than allowed the error budget of each model is being spent, over a window such as `1h`. */
export function errorBurn(window: string): string {
  const codes = serviceLevel.clientErrorCodes.join('|');
  const requests = sum(BY_MODEL, increase(window, 'inference.requests'));
  const errors = (matcher: string): string =>
    `(${sum(BY_MODEL, increase(window, 'error.count', matcher))} or 0 * ${requests})`;
  const counted = `(${requests} - ${errors(`error_code=~"${codes}"`)} > 0)`;
  return `${errors(`error_code!~"${codes}"`)} / ${counted} / ${serviceLevel.errorBudget}`;
}

/** The same for the latency budget: the share of successes that took longer than the threshold. */
export function latencyBurn(window: string): string {
  const count = sum(BY_MODEL, histogramIncrease(window, '_count', 'inference.latency'));
  const edge = `le="${serviceLevel.latencyThresholdSeconds}"`;
  const quick = sum(BY_MODEL, histogramIncrease(window, '_bucket', 'inference.latency', edge));
  return `clamp_min(1 - ${quick} / (${count} > 0), 0) / ${serviceLevel.latencyBudget}`;
}
