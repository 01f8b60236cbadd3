import { MODELS, type AlertType, type DriftReading, type Model } from './drift-reading.ts';
import { sparkline } from './sparkline.ts';

/** Where the demonstration is shown. */
export interface Screen {
  /** Says something that stays. */
  say(text: string): void;
  show(reading: DriftReading): void;
  /** Leaves the last state standing. */
  close(): void;
}

export interface ScreenStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const SHOWN: readonly AlertType[] = ['distribution', 'confidence', 'performance'];
const GRAPH_WIDTH = 10;
/** A graph reaches its top here at the latest: noise near 0 is not to look like mountains. */
const GRAPH_TOP = 0.3;
/** As wide as a score, its graph and `ALERT`. */
const COLUMN_WIDTH = 24;
const LEAST_COLUMNS = 10 + SHOWN.length * COLUMN_WIDTH + 21;
/** Often enough to follow in a log. */
const LOG_INTERVAL_MS = 2_000;

const RED = '\u001B[31m';
const BOLD = '\u001B[1m';
const DIM = '\u001B[2m';
const PLAIN = '\u001B[0m';

/** A table that is drawn over and over on a terminal that is wide enough; lines elsewhere. */
export function createScreen(stream: ScreenStream, now: () => number): Screen {
  const startedAt = now();
  const time = (): string => `${((now() - startedAt) / 1000).toFixed(1).padStart(5)} s`;
  return stream.isTTY === true && (stream.columns ?? 0) >= LEAST_COLUMNS
    ? new LiveTable(stream, time)
    : new LogLines(stream, time, now);
}

class LiveTable implements Screen {
  readonly #stream: ScreenStream;
  readonly #time: () => string;
  readonly #history = new Map<string, (number | undefined)[]>();
  #table: string[] = [];

  constructor(stream: ScreenStream, time: () => string) {
    this.#stream = stream;
    this.#time = time;
  }

  say(text: string): void {
    const line = `${DIM}${this.#time()}${PLAIN}  ${text}`;
    this.#stream.write(`${this.#rewind()}${line}\n${lines(this.#table)}`);
  }

  show(reading: DriftReading): void {
    const before = this.#rewind();
    this.#table = [
      '',
      `${BOLD}${'model'.padEnd(10)}${SHOWN.map((type) => type.padEnd(COLUMN_WIDTH)).join('')}accuracy  estimated${PLAIN}`,
      ...MODELS.map((model) => this.#row(model, reading)),
    ];
    this.#stream.write(before + lines(this.#table));
  }

  close(): void {
    this.#stream.write('\n');
  }

  #row(model: Model, reading: DriftReading): string {
    const { scores, active, accuracy, estimatedAccuracy } = reading[model];
    const cells = SHOWN.map((type) => {
      const key = `${model} ${type}`;
      const values = [...(this.#history.get(key) ?? []), scores[type]].slice(-GRAPH_WIDTH);
      this.#history.set(key, values);
      const graph = `${figure(scores[type])} ${sparkline(values, GRAPH_WIDTH, GRAPH_TOP)}`;
      return active.has(type) ? `${RED}${graph} ${BOLD}ALERT${PLAIN}   ` : `${graph}${' '.repeat(9)}`;
    });
    return `${model.padEnd(10)}${cells.join('')}${figure(accuracy).padEnd(10)}${figure(estimatedAccuracy)}`;
  }

  /** To where the table begins, which is wiped out. */
  #rewind(): string {
    return this.#table.length === 0 ? '' : `\u001B[${this.#table.length}A\r\u001B[J`;
  }
}

class LogLines implements Screen {
  readonly #stream: ScreenStream;
  readonly #time: () => string;
  readonly #now: () => number;
  #shownAt = -Infinity;

  constructor(stream: ScreenStream, time: () => string, now: () => number) {
    this.#stream = stream;
    this.#time = time;
    this.#now = now;
  }

  say(text: string): void {
    this.#stream.write(`${this.#time()}  ${text}\n`);
  }

  show(reading: DriftReading): void {
    if (this.#now() - this.#shownAt < LOG_INTERVAL_MS) return;
    this.#shownAt = this.#now();
    for (const model of MODELS) {
      const { scores, active, accuracy, estimatedAccuracy } = reading[model];
      const cells = SHOWN.map((type) => `${type} ${figure(scores[type])}${active.has(type) ? '!' : ' '}`);
      this.say(
        `  ${model.padEnd(8)} ${cells.join('  ')}  accuracy ${figure(accuracy)}  estimated ${figure(estimatedAccuracy)}`,
      );
    }
  }

  close(): void {}
}

function figure(value: number | undefined): string {
  // Less than nothing by sampling alone is shown as nothing.
  return value === undefined ? '   -' : Math.max(0, value).toFixed(2).padStart(4);
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
