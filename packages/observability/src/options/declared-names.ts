import type { OptionReader } from './option-reader.ts';

/**
 * A list of label values as texts, in the order given and each once. A sparse array's holes are wrong items too.
 * @throws ConfigurationError for items that are no texts or finite numbers, for empty texts, and for more than `max`
 */
export function resolveDeclaredNames(options: OptionReader, name: string, max: number): readonly string[] {
  const given = options.value(name);
  if (given === undefined) {
    return [];
  }
  if (!Array.isArray(given) || given.length > max) {
    return options.refuse(name, `must be an array of at most ${max} texts or numbers`);
  }
  const names = new Set<string>();
  for (const [index, item] of (given as readonly unknown[]).entries()) {
    if (typeof item === 'number' ? !Number.isFinite(item) : typeof item !== 'string' || item === '') {
      options.refuseItem(name, index, item, 'must be a text that is not empty or a finite number');
    }
    names.add(String(item));
  }
  return [...names];
}
