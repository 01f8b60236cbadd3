import type { Attributes } from '@opentelemetry/api';
import { labelText } from '../inference/label-text.ts';

/** The attributes of one record, read once, bounded and in canonical order. */
export interface AttributeSet {
  /** Equal for equal attributes whatever their order, different for different ones. */
  readonly key: string;
  /** Whether something that was given is missing here: it could not be read, is of no usable type, or is one too many. */
  readonly isIncomplete: boolean;
  /** A new object of plain, cloneable values. */
  toAttributes(): Attributes;
}

/** OpenTelemetry's default limit of attributes on a record. */
const MAX_ATTRIBUTES = 128;

/** Values within one nested attribute, all levels together: much more than a label can be read with. */
const MAX_NESTED_VALUES = 128;

/** Levels of nesting: enough for a small map of lists, and an end for circular ones. */
const MAX_DEPTH = 4;

type CanonicalValue = string | number | boolean | object;

const NO_ATTRIBUTES: AttributeSet = { key: '', isIncomplete: false, toAttributes: () => ({}) };

const UNREADABLE: AttributeSet = { key: '', isIncomplete: true, toAttributes: () => ({}) };

/**
 * Reads attributes as OpenTelemetry's SDK would, own enumerable string keys, but never throws and never keeps more
 * than 128 attributes of 256 characters. Numbers that are not finite and bigints become text, `undefined` and `null`
 * are left out, nested plain objects and arrays are copied up to 128 values and four levels; functions, symbols,
 * class instances and what throws when it is read are left out.
 */
export function readAttributeSet(attributes: unknown): AttributeSet {
  if (attributes === undefined || attributes === null) {
    return NO_ATTRIBUTES;
  }
  if (typeof attributes !== 'object') {
    return UNREADABLE;
  }
  let names: string[];
  try {
    names = Object.keys(attributes);
  } catch {
    return UNREADABLE;
  }
  if (names.length === 0) {
    return NO_ATTRIBUTES;
  }
  let isIncomplete = false;
  if (names.length > MAX_ATTRIBUTES) {
    names.length = MAX_ATTRIBUTES;
    isIncomplete = true;
  }
  if (names.length > 1) {
    names.sort();
  }
  let key = '';
  const keptNames: string[] = [];
  const keptValues: CanonicalValue[] = [];
  for (const name of names) {
    const value = readValue(attributes, name);
    if (value === undefined) {
      continue;
    }
    const keptName = labelText(name);
    if (value === LOST || (keptName !== name && keptNames.includes(keptName))) {
      isIncomplete = true;
      continue;
    }
    keptNames.push(keptName);
    keptValues.push(value);
    key += keyPart(keptName, value);
  }
  return new ReadAttributeSet(key, isIncomplete, keptNames, keptValues);
}

class ReadAttributeSet implements AttributeSet {
  readonly key: string;
  readonly isIncomplete: boolean;
  readonly #names: readonly string[];
  readonly #values: readonly CanonicalValue[];

  constructor(key: string, isIncomplete: boolean, names: readonly string[], values: readonly CanonicalValue[]) {
    this.key = key;
    this.isIncomplete = isIncomplete;
    this.#names = names;
    this.#values = values;
  }

  toAttributes(): Attributes {
    const attributes: Attributes = {};
    for (let position = 0; position < this.#names.length; position++) {
      setOwn(attributes, this.#names[position]!, this.#values[position]!);
    }
    return attributes;
  }
}

/** Stands for a value that was given and cannot be kept. */
const LOST = Symbol('lost');

function readValue(owner: object, name: string): CanonicalValue | typeof LOST | undefined {
  try {
    const value = (owner as Record<string, unknown>)[name];
    return typeof value === 'object' && value !== null
      ? copyNested(value, { left: MAX_NESTED_VALUES }, 1)
      : canonicalPrimitive(value);
  } catch {
    return LOST;
  }
}

function canonicalPrimitive(value: unknown): string | number | boolean | typeof LOST | undefined {
  switch (typeof value) {
    case 'string':
      return labelText(value);
    case 'number':
      // The SDK knows attributes by their JSON, in which NaN and Infinity are all null.
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return labelText(String(value));
    case 'undefined':
      return undefined;
    default:
      return value === null ? undefined : LOST;
  }
}

function copyNested(value: object, budget: { left: number }, depth: number): object | typeof LOST {
  if (depth > MAX_DEPTH) {
    return LOST;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let position = 0; position < value.length && budget.left > 0; position++) {
      const element = copyElement(value[position], budget, depth);
      // A place in a list has a meaning, so what is missing keeps it.
      copy.push(element ?? null);
    }
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return LOST;
  }
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value).slice(0, MAX_NESTED_VALUES).sort()) {
    if (budget.left <= 0) {
      break;
    }
    const element = copyElement(Reflect.get(value, name), budget, depth);
    if (element !== undefined) {
      setOwn(copy, labelText(name), element);
    }
  }
  return copy;
}

function copyElement(value: unknown, budget: { left: number }, depth: number): CanonicalValue | undefined {
  budget.left--;
  const copy =
    typeof value === 'object' && value !== null ? copyNested(value, budget, depth + 1) : canonicalPrimitive(value);
  return copy === LOST ? undefined : copy;
}

/** An assignment to `__proto__` would set the prototype. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}

/** Lengths make it unambiguous: no text within a name or a value can look like the start of the next one. */
function keyPart(name: string, value: CanonicalValue): string {
  switch (typeof value) {
    case 'string':
      return `${name.length}s${name}${value.length}:${value}`;
    case 'number':
      return `${name.length}n${name}${value};`;
    case 'boolean':
      return value ? `${name.length}t${name}` : `${name.length}f${name}`;
    default: {
      const text = JSON.stringify(value);
      return `${name.length}j${name}${text.length}:${text}`;
    }
  }
}
