/** Longest record: a prediction with its features is far shorter; what is longer is a file of another kind. */
export const MOST_RECORD_CHARACTERS: number = 1024 * 1024;

/** What may stand before a cell: a separator of any kind, the end of a line, a byte order mark. */
const CELL_ENDS = ',;\t\n\uFEFF';
const NOWHERE = -2;

/** One record of a file. */
export interface FileRecord {
  /** Number of the line that it begins on, counted from 1. */
  readonly line: number;
  /** Undefined for a record that was too long and was skipped. */
  readonly text: string | undefined;
}

/** Cuts text that comes in chunks into records. */
export interface RecordSplitter {
  /** @param last whether the text ends with this chunk */
  split(chunk: string, last: boolean): FileRecord[];
}

/**
 * @param quoted whether a line break within double quotes belongs to the record, as in CSV (RFC 4180)
 */
export function createRecordSplitter(quoted: boolean): RecordSplitter {
  return new Splitter(quoted);
}

class Splitter implements RecordSplitter {
  readonly #quoted: boolean;
  #rest = '';
  #isInQuotes = false;
  #isSkipping = false;
  #line = 1;
  #firstLine = 1;
  /** Where in the text the last quote stands that closed a cell; -1 where that was the end of the text before. */
  #closedAt = NOWHERE;

  constructor(quoted: boolean) {
    this.#quoted = quoted;
  }

  split(chunk: string, last: boolean): FileRecord[] {
    const records: FileRecord[] = [];
    for (let text: string | undefined = chunk; text !== undefined; text = this.#cut(text, last, records)) {
      // Once more, with what follows a line whose quote was never closed.
    }
    return records;
  }

  /** @returns what has to be cut again */
  #cut(text: string, last: boolean, records: FileRecord[]): string | undefined {
    let start = 0;
    let position = 0;
    // Looked for once each, not anew from every line: where there are none, the search goes to the end of the text.
    let quote = this.#quoted ? text.indexOf('"') : -1;
    while (position < text.length) {
      const lineEnd = text.indexOf('\n', position);
      const end = lineEnd === -1 ? text.length : lineEnd;
      while (quote !== -1 && quote < end) {
        const closes = this.#isInQuotes;
        this.#isInQuotes = !closes && !this.#isSkipping && this.#mayOpen(text, quote);
        this.#closedAt = closes ? quote : NOWHERE;
        quote = text.indexOf('"', quote + 1);
      }
      position = end + 1;
      if (lineEnd !== -1) {
        this.#line += 1;
        if (!this.#isInQuotes) {
          this.#push(records, text.slice(start, end));
          start = position;
        } else if (this.#rest.length + position - start > MOST_RECORD_CHARACTERS) {
          this.#rest += text.slice(start);
          return this.#withoutFirstLine(records);
        }
      }
    }
    this.#closedAt = this.#closedAt === text.length - 1 ? -1 : NOWHERE;
    if (start < text.length && !this.#isSkipping) {
      this.#rest += text.slice(start);
    }
    const isTooLong = this.#rest.length > MOST_RECORD_CHARACTERS;
    if (this.#isInQuotes && (isTooLong || last) && this.#rest.includes('\n')) {
      return this.#withoutFirstLine(records);
    }
    if (isTooLong) {
      this.#isSkipping = true;
      this.#isInQuotes = false;
      this.#rest = '';
    }
    if (last && (this.#rest !== '' || this.#isSkipping)) {
      this.#push(records, '');
    }
    return undefined;
  }

  /** A quote opens a cell where one begins, or goes on after one that is written twice. In a cell's middle it is a letter. */
  #mayOpen(text: string, quote: number): boolean {
    const before = quote > 0 ? text[quote - 1]! : this.#rest.at(-1);
    return before === undefined || CELL_ENDS.includes(before) || this.#closedAt === quote - 1;
  }

  /** A quote that is never closed would take all that follows with it: its line is lost, and the next one starts anew. */
  #withoutFirstLine(records: FileRecord[]): string {
    const following = this.#rest.slice(this.#rest.indexOf('\n') + 1);
    records.push({ line: this.#firstLine, text: undefined });
    this.#firstLine += 1;
    this.#line = this.#firstLine;
    this.#rest = '';
    this.#isInQuotes = false;
    this.#closedAt = NOWHERE;
    return following;
  }

  #push(records: FileRecord[], end: string): void {
    const record = this.#rest + end;
    const line = this.#firstLine;
    this.#rest = '';
    this.#firstLine = this.#line;
    if (this.#isSkipping || record.length > MOST_RECORD_CHARACTERS) {
      this.#isSkipping = false;
      records.push({ line, text: undefined });
    } else {
      records.push({ line, text: record.endsWith('\r') ? record.slice(0, -1) : record });
    }
  }
}
