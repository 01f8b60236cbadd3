import type { Attributes } from '@opentelemetry/api';

/** One text per label set, whatever the order of the labels: series of several writers meet under it. */
export function seriesKey(attributes: Attributes): string {
  const names = Object.keys(attributes).sort();
  let key = '';
  for (const name of names) {
    const value = String(attributes[name]);
    // Lengths keep apart what separators could not, as labels may hold any character.
    key += `${name}=${value.length}:${value};`;
  }
  return key;
}
