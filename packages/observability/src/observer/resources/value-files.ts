import type { ProblemLog } from './problem-log.ts';
import type { ResourceFileSystem } from './resource-file-system.ts';

/** Turns the text of a file into a value; `undefined` where the text is garbage. */
export type Parse<Value> = (text: string) => Value | undefined;

/** Files that hold one value each. None of these functions rejects. */
export interface ValueFiles {
  /** Whether the file is there, readable or not. */
  exists(path: string): Promise<boolean>;
  /** The value, or `undefined`, with a report, where the file is missing, unreadable or holds garbage. */
  required<Value>(path: string, parse: Parse<Value>): Promise<Value | undefined>;
  /** As `required`, but a file that is missing means `whenMissing`. */
  optional<Value>(path: string, parse: Parse<Value>, whenMissing: Value): Promise<Value | undefined>;
}

// Enough to recognise a file's form; the file is not ours to copy into a log.
const EXCERPT_LENGTH = 60;

class ReportingValueFiles implements ValueFiles {
  readonly #fileSystem: ResourceFileSystem;
  readonly #problems: ProblemLog;

  constructor(fileSystem: ResourceFileSystem, problems: ProblemLog) {
    this.#fileSystem = fileSystem;
    this.#problems = problems;
  }

  async exists(path: string): Promise<boolean> {
    return (await this.#fileSystem.read(path)).kind !== 'missing';
  }

  async required<Value>(path: string, parse: Parse<Value>): Promise<Value | undefined> {
    const value = await this.optional<Value | 'missing'>(path, parse, 'missing');
    if (value === 'missing') {
      this.#problems.report(path, 'is missing');
      return undefined;
    }
    return value;
  }

  async optional<Value>(path: string, parse: Parse<Value>, whenMissing: Value): Promise<Value | undefined> {
    const reading = await this.#fileSystem.read(path);
    if (reading.kind === 'missing') {
      return whenMissing;
    }
    if (reading.kind === 'unreadable') {
      this.#problems.report(path, `cannot be read (${reading.reason})`);
      return undefined;
    }
    const value = parse(reading.text);
    if (value === undefined) {
      this.#problems.report(path, `holds ${JSON.stringify(reading.text.slice(0, EXCERPT_LENGTH))}`);
    }
    return value;
  }
}

/** @param problems is told of every file that could not be made into a value */
export function createValueFiles(fileSystem: ResourceFileSystem, problems: ProblemLog): ValueFiles {
  return new ReportingValueFiles(fileSystem, problems);
}
