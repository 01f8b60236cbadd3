/** Longest record: a prediction with its features is far shorter; what is longer is a file of another kind. */
export const MOST_RECORD_CHARACTERS: number = 1024 * 1024;

/** Cuts text that comes in chunks into records. Undefined stands for a record that was too long and was skipped. */
export interface RecordSplitter {
  /** @param last whether the text ends with this chunk */
  split(chunk: string, last: boolean): (string | undefined)[];
}

/**
 * @param quoted whether a line break within double quotes belongs to the record, as in CSV (RFC 4180); a quote within
 * quotes is written twice, so that quotes come in pairs and counting them is enough
 */
export function createRecordSplitter(quoted: boolean): RecordSplitter {
  return new Splitter(quoted);
}

class Splitter implements RecordSplitter {
  readonly #quoted: boolean;
  #rest = '';
  #isInQuotes = false;
  #isSkipping = false;

  constructor(quoted: boolean) {
    this.#quoted = quoted;
  }

  split(chunk: string, last: boolean): (string | undefined)[] {
    const records: (string | undefined)[] = [];
    let start = 0;
    let position = 0;
    while (position < chunk.length) {
      const lineEnd = chunk.indexOf('\n', position);
      const end = lineEnd === -1 ? chunk.length : lineEnd;
      if (this.#quoted) {
        for (let at = chunk.indexOf('"', position); at !== -1 && at < end; at = chunk.indexOf('"', at + 1)) {
          this.#isInQuotes = !this.#isInQuotes;
        }
      }
      position = end + 1;
      if (lineEnd !== -1 && !this.#isInQuotes) {
        this.#push(records, chunk.slice(start, end));
        start = position;
      }
    }
    if (start < chunk.length && !this.#isSkipping) {
      this.#rest += chunk.slice(start);
    }
    if (this.#rest.length > MOST_RECORD_CHARACTERS) {
      // A quote that is never closed would take the rest of the file with it: the next line starts anew.
      this.#isSkipping = true;
      this.#isInQuotes = false;
      this.#rest = '';
    }
    if (last && (this.#rest !== '' || this.#isSkipping)) {
      this.#push(records, '');
    }
    return records;
  }

  #push(records: (string | undefined)[], end: string): void {
    const record = this.#rest + end;
    this.#rest = '';
    if (this.#isSkipping || record.length > MOST_RECORD_CHARACTERS) {
      this.#isSkipping = false;
      records.push(undefined);
    } else {
      records.push(record.endsWith('\r') ? record.slice(0, -1) : record);
    }
  }
}
