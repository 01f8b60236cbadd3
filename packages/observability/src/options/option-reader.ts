import { ConfigurationError } from '../errors/configuration-error.ts';
import { optionPath } from './option-path.ts';

/** Integers that are allowed, both ends included. */
export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** What may be said of an option beside its name. */
export interface OptionHint {
  /** The environment variable that sets the same thing. */
  readonly variable?: string;
}

/** Reads the fields of one object of options and throws a `ConfigurationError` for what cannot be used. */
export interface OptionReader {
  /** Full path of a field, as messages name it. */
  path(name: string): string;
  /** A field as it was given; `undefined` where it is absent. */
  value(name: string): unknown;
  /** A text with something in it. */
  text(name: string, hint?: OptionHint): string | undefined;
  integer(name: string, range: IntegerRange, hint?: OptionHint): number | undefined;
  boolean(name: string): boolean | undefined;
  choice<Choice extends string>(name: string, choices: readonly Choice[], hint?: OptionHint): Choice | undefined;
  /** An object of any fields that the structured clone takes, as a copy; what it means is checked by its owner. */
  data(name: string): Readonly<Record<string, unknown>> | undefined;
  /** An object of options; an absent one reads as one without fields. */
  section(name: string): OptionReader;
  /** An object of options, or a boolean that switches a part on or off; absent and boolean read as without fields. */
  part(name: string): OptionReader;
  /** Throws for a field that is wrong; `requirement` reads on from its path. */
  refuse(name: string, requirement: string, hint?: OptionHint): never;
  /** Throws for one item of a field that is an array. */
  refuseItem(name: string, index: number, item: unknown, requirement: string): never;
}

/**
 * @param given the object; `undefined` reads as one without fields
 * @param path where the object stands in the options; empty at the top
 * @throws ConfigurationError where `given` is anything else
 */
export function readOptions(given: unknown, path: string): OptionReader {
  return new CheckedOptions(given === undefined ? {} : plainObject(given, path === '' ? 'options' : path), path);
}

/**
 * `given` as an object of fields.
 * @throws ConfigurationError where it is none; arrays, maps and the like are none either
 */
export function plainObject(given: unknown, path: string): Readonly<Record<string, unknown>> {
  if (isObject(given)) {
    return given;
  }
  throw new ConfigurationError({
    option: path,
    requirement: 'must be an object',
    received: given,
    remedy: remedy(path),
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** What a message about the option at `path` advises. */
export function remedy(path: string, hint: OptionHint = {}): string {
  const option = path === 'options' || path === '' ? 'options' : `options.${path}`;
  return hint.variable === undefined ? `set ${option} or leave it out` : `set ${option} or ${hint.variable}`;
}

export function printableRange(range: IntegerRange): string {
  return `an integer from ${range.min} to ${range.max}`;
}

export function isIntegerIn(value: unknown, range: IntegerRange): value is number {
  return Number.isInteger(value) && (value as number) >= range.min && (value as number) <= range.max;
}

class CheckedOptions implements OptionReader {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(given: Readonly<Record<string, unknown>>, path: string) {
    this.#given = given;
    this.#path = path;
  }

  path(name: string): string {
    return optionPath(this.#path, name);
  }

  value(name: string): unknown {
    // Own fields alone: what hangs on a prototype was not meant for us.
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }

  text(name: string, hint?: OptionHint): string | undefined {
    const value = this.value(name);
    if (value === undefined) {
      return undefined;
    }
    if (typeof value !== 'string' || value.trim() === '') {
      return this.refuse(name, 'must be a text that is not empty', hint);
    }
    return value;
  }

  integer(name: string, range: IntegerRange, hint?: OptionHint): number | undefined {
    const value = this.value(name);
    if (value === undefined || isIntegerIn(value, range)) {
      return value;
    }
    return this.refuse(name, `must be ${printableRange(range)}`, hint);
  }

  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') {
      return value;
    }
    return this.refuse(name, 'must be true or false');
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], hint?: OptionHint): Choice | undefined {
    const value = this.value(name);
    if (value === undefined || choices.includes(value as Choice)) {
      return value as Choice | undefined;
    }
    return this.refuse(name, `must be ${printableChoices(choices)}`, hint);
  }

  data(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.value(name);
    if (value === undefined) {
      return undefined;
    }
    try {
      return structuredClone(plainObject(value, this.path(name)));
    } catch (error) {
      if (ConfigurationError.isInstance(error)) {
        throw error;
      }
      // A function or a socket in it: it could not be posted to the observer thread.
      return this.refuse(name, 'must be an object of plain data');
    }
  }

  section(name: string): OptionReader {
    return readOptions(this.value(name), this.path(name));
  }

  part(name: string): OptionReader {
    const value = this.value(name);
    if (value !== undefined && typeof value !== 'boolean' && !isObject(value)) {
      return this.refuse(name, 'must be an object, true or false');
    }
    return readOptions(typeof value === 'boolean' ? undefined : value, this.path(name));
  }

  refuse(name: string, requirement: string, hint?: OptionHint): never {
    const option = this.path(name);
    throw new ConfigurationError({ option, requirement, received: this.value(name), remedy: remedy(option, hint) });
  }

  refuseItem(name: string, index: number, item: unknown, requirement: string): never {
    const list = this.path(name);
    throw new ConfigurationError({ option: `${list}[${index}]`, requirement, received: item, remedy: remedy(list) });
  }
}

/** `"a", "b" or "c"`. */
export function printableChoices(choices: readonly string[]): string {
  const quoted = choices.map((choice) => `"${choice}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
