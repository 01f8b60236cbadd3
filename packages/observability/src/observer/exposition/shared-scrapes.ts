import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createBodyMemory, type BodyMemory } from './body-memory.ts';
import type { ExpositionFormat } from './exposition-format.ts';

/** Collects and writes one body. */
export type WriteBody = (format: ExpositionFormat, memory: Buffer | undefined) => Promise<Buffer>;

/** A body that may be read by several at once. */
export interface SharedScrape {
  readonly body: Promise<Buffer>;
  /** The body compressed, once for all who want it so. */
  gzipped(): Promise<Buffer>;
  /** To be called once by everybody who joined, after the last look at the body: its memory is used again. */
  leave(): void;
}

/**
 * Scrapes that come while one of the same format is being written share it. Readers that take their time hold no more than
 * {@link MAX_HELD_BODIES} bodies: where they do, those of the oldest are cut off if they had time enough, and the newcomer
 * is refused if they had not. A body of before is for nobody: who has seen a later one would see counters fall.
 */
export interface SharedScrapes {
  /**
   * @param cutOff ends the reading of this one, who leaves then
   * @returns `undefined` where as many bodies are held as may be
   */
  join(format: ExpositionFormat, cutOff: () => void): SharedScrape | undefined;
  /** For who reads at once, and is never refused. */
  joinAnyway(format: ExpositionFormat): SharedScrape;
}

/** More than there are scrapers of one process, and little beside a model, be the bodies of 10 MB. */
const MAX_HELD_BODIES = 16;

/** As long as what a server gives a reader whose place somebody else wants. */
const ENOUGH_TO_READ_MS = 2000;

/**
 * The fastest. Metrics are so repetitive that it makes 11 MB a nineteenth of that, in 13 ms; the default level makes them a
 * twenty-second part, in 51 ms.
 */
const GZIP_LEVEL = 1;

/** Each piece of output is a turn of the event loop. */
const GZIP_CHUNK_BYTES = 256 * 1024;

const gzipAsync = promisify(gzip);

/** @param now in milliseconds */
export function createSharedScrapes(writeBody: WriteBody, now: () => number): SharedScrapes {
  const memory = createBodyMemory();
  const underWay = new Map<ExpositionFormat, CountedScrape>();
  // In the order in which they began.
  const held = new Set<CountedScrape>();
  const start = (format: ExpositionFormat): CountedScrape => {
    const scrape = new CountedScrape(now(), writeBody(format, memory.take()), memory, () => held.delete(scrape));
    held.add(scrape);
    underWay.set(format, scrape);
    const forget = (): void => {
      underWay.delete(format);
    };
    scrape.body.then(forget, forget);
    return scrape;
  };
  /** Whether there may be one more. */
  const isRoom = (): boolean => {
    const [oldest] = held;
    if (oldest === undefined || held.size < MAX_HELD_BODIES) {
      return true;
    }
    if (now() - oldest.startMs < ENOUGH_TO_READ_MS) {
      return false;
    }
    oldest.cutOff();
    return true;
  };
  return {
    join(format, cutOff): SharedScrape | undefined {
      const scrape = underWay.get(format) ?? (isRoom() ? start(format) : undefined);
      return scrape?.join(cutOff);
    },
    joinAnyway: (format) => (underWay.get(format) ?? start(format)).join(),
  };
}

class CountedScrape {
  readonly startMs: number;
  readonly body: Promise<Buffer>;
  readonly #memory: BodyMemory;
  readonly #onUnread: () => void;
  #gzipped: Promise<Buffer> | undefined;
  /** With what ends their reading. */
  readonly #readers = new Map<SharedScrape, (() => void) | undefined>();

  constructor(startMs: number, body: Promise<Buffer>, memory: BodyMemory, onUnread: () => void) {
    this.startMs = startMs;
    this.body = body;
    this.#memory = memory;
    this.#onUnread = onUnread;
  }

  join(cutOff?: () => void): SharedScrape {
    const reader: SharedScrape = {
      body: this.body,
      gzipped: () => this.#compress(),
      leave: () => this.#leave(reader),
    };
    this.#readers.set(reader, cutOff);
    return reader;
  }

  cutOff(): void {
    for (const cutOff of this.#readers.values()) {
      cutOff?.();
    }
  }

  #compress(): Promise<Buffer> {
    this.#gzipped ??= this.body.then((body) => gzipAsync(body, { level: GZIP_LEVEL, chunkSize: GZIP_CHUNK_BYTES }));
    return this.#gzipped;
  }

  #leave(reader: SharedScrape): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) {
      this.#onUnread();
      void this.#giveBack();
    }
  }

  async #giveBack(): Promise<void> {
    // Compression may go on although nobody waits for it any more.
    await this.#gzipped?.catch(() => undefined);
    const body = await this.body.catch(() => undefined);
    if (body !== undefined) {
      this.#memory.giveBack(body);
    }
  }
}
