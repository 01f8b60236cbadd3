import { gauge, increase, rate } from './promql.ts';

/** A gauge by card, and by further labels of its own. */
export function cardGauge(name: string, ...by: readonly string[]): string {
  return perCard(joined(gauge(name)), by);
}

/** A gauge that can be set by hand, for a card that nothing else is known of. */
export function cardGaugeOrByHand(name: string): string {
  const values = gauge(name);
  return perCard(`${joined(values)} or on (job, instance, gpu_id) ${values}`, []);
}

/** Growth of a counter in a second, by card. */
export function cardRate(name: string, ...matchers: readonly string[]): string {
  return perCard(joined(rate(name, ...matchers)), []);
}

/** Growth of a counter in a time such as `1h`, by card. */
export function cardIncrease(window: string, name: string, ...matchers: readonly string[]): string {
  return perCard(joined(increase(window, name, ...matchers)), []);
}

/**
 * With what `gpu_info` tells of the card. A rate outlives a snapshot that is missing, and the information does not: what
 * has none at the moment is left out here, or it would count as a card of its own.
 */
function joined(values: string): string {
  return `${values} * on (job, instance, gpu_id) group_left (uuid, name) ${gauge('gpu.info')}`;
}

/**
 * One series a card, labelled `card` and `name`, however many services report it. Several containers on a machine see
 * the same card, each under an index of its own; only the uuid tells that it is the same. A card without one is told by
 * its target and index.
 */
function perCard(values: string, by: readonly string[]): string {
  const indexed = `label_join(${values}, "card", "/", "instance", "gpu_id")`;
  return `max by (${['card', 'name', ...by].join(', ')}) (label_replace(${indexed}, "card", "$1", "uuid", "(.+)"))`;
}
