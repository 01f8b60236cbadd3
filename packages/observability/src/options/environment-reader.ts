import { printableValue } from '../errors/printable-value.ts';
import { type IntegerRange, isIntegerIn, printableChoices, printableRange } from './option-reader.ts';

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads environment variables as the OpenTelemetry specification has them: an empty one is as good as unset, and a
 * wrong one is warned about and ignored.
 */
export interface EnvironmentReader {
  /** What was wrong so far, one sentence each: variable, value, what is allowed, what is done instead. */
  readonly warnings: readonly string[];
  /** The variable without blanks around it; `undefined` where nothing is left. */
  text(variable: string): string | undefined;
  /** True for `true` in any case, false for all else; what is neither `true` nor `false` is warned about. */
  boolean(variable: string): boolean;
  /** @param instead what is done when the variable is wrong, e.g. `using 9090` */
  integer(variable: string, range: IntegerRange, instead: string): number | undefined;
  /** One of a few words, in any case. */
  choice<Choice extends string>(variable: string, choices: readonly Choice[], instead: string): Choice | undefined;
  /** Says that a variable is wrong. `shown` replaces its value where that may be secret or long; null shows nothing. */
  warn(variable: string, requirement: string, instead: string, shown?: string | null): void;
}

export function readEnvironment(environment: Environment): EnvironmentReader {
  return new CheckedEnvironment(environment);
}

class CheckedEnvironment implements EnvironmentReader {
  readonly #environment: Environment;
  // A set, because two parts may read the same variable and say the same of it.
  readonly #warnings = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  text(variable: string): string | undefined {
    const text = this.#environment[variable]?.trim();
    return text === '' ? undefined : text;
  }

  boolean(variable: string): boolean {
    const text = this.text(variable)?.toLowerCase();
    if (text !== undefined && text !== 'true' && text !== 'false') {
      this.warn(variable, 'must be true or false', 'taking it as false');
    }
    return text === 'true';
  }

  integer(variable: string, range: IntegerRange, instead: string): number | undefined {
    const text = this.text(variable);
    if (text === undefined) {
      return undefined;
    }
    // Digits alone: Number() would take 0x1F, 1e3 and 5.0 too.
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (isIntegerIn(value, range)) {
      return value;
    }
    this.warn(variable, `must be ${printableRange(range)}`, instead);
    return undefined;
  }

  choice<Choice extends string>(variable: string, choices: readonly Choice[], instead: string): Choice | undefined {
    const text = this.text(variable)?.toLowerCase();
    if (text === undefined) {
      return undefined;
    }
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      this.warn(variable, `must be ${printableChoices(choices)}`, instead);
    }
    return choice;
  }

  warn(variable: string, requirement: string, instead: string, shown?: string | null): void {
    const value = shown === undefined ? printableValue(this.#environment[variable]) : shown;
    const received = value === null ? '' : `, received ${value}`;
    this.#warnings.add(`${variable} ${requirement}${received}; ${instead}.`);
  }
}
