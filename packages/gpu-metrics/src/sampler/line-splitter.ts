/** A line of 256 devices with all values takes 200 KB; what is longer comes from something that has gone wild. */
const LONGEST_LINE = 1_048_576;

/** Cuts a stream of text into lines. Of a line without end it keeps nothing. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #partial = '';
  #isSkipping = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = this.#partial + text.slice(start, end);
      start = end + 1;
      this.#partial = '';
      if (this.#isSkipping) {
        this.#isSkipping = false;
      } else {
        this.#onLine(line);
      }
    }
    this.#partial += text.slice(start);
    if (this.#isSkipping || this.#partial.length > LONGEST_LINE) {
      this.#partial = '';
      this.#isSkipping = true;
    }
  }
}
