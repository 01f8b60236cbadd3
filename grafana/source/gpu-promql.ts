import { gauge, increase, rate } from './promql.ts';

/** A gauge by card, and by further labels of its own. */
export function cardGauge(name: string, ...by: readonly string[]): string {
  return perCard(gauge(name), by);
}

/** Growth of a counter in a second, by card. */
export function cardRate(name: string, ...matchers: readonly string[]): string {
  return perCard(rate(name, ...matchers), []);
}

/** Growth of a counter in a time such as `1h`, by card. */
export function cardIncrease(window: string, name: string, ...matchers: readonly string[]): string {
  return perCard(increase(window, name, ...matchers), []);
}

/**
 * One series a card, labelled `card` and `name`, however many services report it. Several containers on a machine see
 * the same card, each under an index of its own; only `gpu_info` tells that it is the same, by `uuid`. A card without
 * one, or whose values are set by hand, is told by its target and index.
 */
function perCard(values: string, by: readonly string[]): string {
  const known = `${values} * on (job, instance, gpu_id) group_left (uuid, name) ${gauge('gpu.info')}`;
  const all = `${known} or on (job, instance, gpu_id) ${values}`;
  const indexed = `label_join(${all}, "card", "/", "instance", "gpu_id")`;
  return `max by (${['card', 'name', ...by].join(', ')}) (label_replace(${indexed}, "card", "$1", "uuid", "(.+)"))`;
}
