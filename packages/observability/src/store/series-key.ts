import type { Attributes } from '@opentelemetry/api';

/**
 * One text per label set, whatever the order of the labels: series of several writers meet under it. Prometheus holds an
 * empty label and a missing one for the same, so they are the same here: two series would be one there, written twice.
 */
export function seriesKey(attributes: Attributes): string {
  const names = Object.keys(attributes).sort();
  let key = '';
  for (const name of names) {
    const value = String(attributes[name]);
    if (value === '') {
      continue;
    }
    // Lengths keep apart what separators could not, as labels may hold any character.
    key += `${name}=${value.length}:${value};`;
  }
  return key;
}
