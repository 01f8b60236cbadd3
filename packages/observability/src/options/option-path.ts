import { printableValue } from '../errors/printable-value.ts';

/** Keys that are read as they are; all others are quoted, as users choose the names of models and headers. */
const plainKey = /^[\w-]{1,64}$/;

/** The path of `key` within `parent`, as messages name it: `prometheus.port`, `models["my model"]`. */
export function optionPath(parent: string, key: string): string {
  if (!plainKey.test(key)) {
    return `${parent}[${printableValue(key)}]`;
  }
  return parent === '' ? key : `${parent}.${key}`;
}
