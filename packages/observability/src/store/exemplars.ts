/** The span that an observation was made for, as lower-case hexadecimal digits. */
export interface TraceReference {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
}

/** One observation of a bucket, and the trace that tells more of it. */
export interface Exemplar extends TraceReference {
  readonly value: number;
  /** When it was observed, in milliseconds since the epoch. */
  readonly timeMs: number;
}

/** By bucket; a bucket without an example has none. */
export type BucketExemplars = readonly (Exemplar | undefined)[];

// An exemplar in words of 32 bits: a number that counts its versions, the ids, value and time as a float64 each, and one
// word that fills up its slots. The number is odd while a new version is being written.
const TRACE_WORDS = 4;
const SPAN_WORDS = 2;
const IDS_AT = 1;
const NUMBERS_AT = IDS_AT + TRACE_WORDS + SPAN_WORDS;
const NUMBER_WORDS = 4;
const WORDS = NUMBERS_AT + NUMBER_WORDS + 1;

const DIGITS_PER_WORD = 8;
const SLOT_BYTES = Float64Array.BYTES_PER_ELEMENT;
const SLOTS = (WORDS * Int32Array.BYTES_PER_ELEMENT) / SLOT_BYTES;

/** A version is written in less time than it is read, so who meets one that is never finished meets a thread that ended. */
const MOST_READS = 16;

/** How many slots the exemplars of a histogram take. */
export function exemplarSlots(bounds: readonly number[]): number {
  return (bounds.length + 1) * SLOTS;
}

/** The exemplars of the histogram that begin at slot `index`. */
export function exemplarWords(buffer: ArrayBufferLike, index: number, bounds: readonly number[]): Int32Array {
  return new Int32Array(buffer, index * SLOT_BYTES, (bounds.length + 1) * WORDS);
}

/** What the characters of ASCII are as digits of lower-case hexadecimal numbers; -1 for those that are none. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** What is to be written: the ids, then value and time. Recording is never interrupted, so one is enough for all. */
const draft = new Int32Array(TRACE_WORDS + SPAN_WORDS + NUMBER_WORDS);
const draftNumbers = new Float64Array(NUMBER_WORDS / 2);
const draftNumberWords = new Int32Array(draftNumbers.buffer);

/**
 * Puts an exemplar in the place of the bucket's last one. What has no valid ids is not written.
 *
 * Every word is written by an atomic operation, and read by one: these happen in the same order for all threads, so that
 * a reader who finds the same even number before and after has read one version whole, on any processor.
 *
 * @param words of the histogram, which this thread alone writes
 */
export function writeExemplar(
  words: Int32Array,
  bucket: number,
  { traceId, spanId }: TraceReference,
  value: number,
  timeMs: number,
): void {
  if (!readId(traceId, 0, TRACE_WORDS) || !readId(spanId, TRACE_WORDS, SPAN_WORDS)) {
    return;
  }
  draftNumbers[0] = value;
  draftNumbers[1] = timeMs;
  const at = bucket * WORDS;
  const version = words[at]!;
  Atomics.store(words, at, version + 1);
  for (let word = 0; word < NUMBERS_AT - IDS_AT; word++) {
    Atomics.store(words, at + IDS_AT + word, draft[word]!);
  }
  for (let word = 0; word < NUMBER_WORDS; word++) {
    Atomics.store(words, at + NUMBERS_AT + word, draftNumberWords[word]!);
  }
  Atomics.store(words, at, version + 2);
}

/** The exemplars of a histogram, each of one moment. */
export function readExemplars(words: Int32Array): (Exemplar | undefined)[] {
  const exemplars: (Exemplar | undefined)[] = [];
  for (let at = 0; at < words.length; at += WORDS) {
    exemplars.push(readExemplar(words, at));
  }
  return exemplars;
}

/** Puts those of `others` into `exemplars` that are later, or for which there is none. */
export function keepLatest(exemplars: (Exemplar | undefined)[], others: BucketExemplars): void {
  for (const [bucket, other] of others.entries()) {
    const known = exemplars[bucket];
    if (other !== undefined && (known === undefined || other.timeMs > known.timeMs)) {
      exemplars[bucket] = other;
    }
  }
}

function readExemplar(words: Int32Array, at: number): Exemplar | undefined {
  for (let read = 0; read < MOST_READS; read++) {
    const version = Atomics.load(words, at);
    if (version === 0) {
      return undefined;
    }
    if ((version & 1) === 0) {
      for (let word = 0; word < NUMBERS_AT - IDS_AT; word++) {
        draft[word] = Atomics.load(words, at + IDS_AT + word);
      }
      for (let word = 0; word < NUMBER_WORDS; word++) {
        draftNumberWords[word] = Atomics.load(words, at + NUMBERS_AT + word);
      }
      if (Atomics.load(words, at) === version) {
        return {
          traceId: idText(0, TRACE_WORDS),
          spanId: idText(TRACE_WORDS, SPAN_WORDS),
          value: draftNumbers[0]!,
          timeMs: draftNumbers[1]!,
        };
      }
    }
  }
  return undefined;
}

/** Reads an id into the draft. @returns whether it is one: of so many hexadecimal digits, and not all 0 */
function readId(id: unknown, from: number, wordCount: number): boolean {
  if (typeof id !== 'string' || id.length !== wordCount * DIGITS_PER_WORD) {
    return false;
  }
  let signs = 0;
  let all = 0;
  for (let place = 0; place < wordCount; place++) {
    const at = place * DIGITS_PER_WORD;
    // Written out, as it takes 50 ns instead of 70.
    const a = digitAt(id, at);
    const b = digitAt(id, at + 1);
    const c = digitAt(id, at + 2);
    const d = digitAt(id, at + 3);
    const e = digitAt(id, at + 4);
    const f = digitAt(id, at + 5);
    const g = digitAt(id, at + 6);
    const h = digitAt(id, at + 7);
    const word = (a << 28) | (b << 24) | (c << 20) | (d << 16) | (e << 12) | (f << 8) | (g << 4) | h;
    signs |= a | b | c | d | e | f | g | h;
    draft[from + place] = word;
    all |= word;
  }
  return signs >= 0 && all !== 0;
}

/** @returns negative for what is no digit */
function digitAt(id: string, place: number): number {
  const code = id.charCodeAt(place);
  return DIGITS[code & 127]! | -(code >> 7);
}

function idText(from: number, wordCount: number): string {
  let text = '';
  for (let place = from; place < from + wordCount; place++) {
    text += (draft[place]! >>> 0).toString(16).padStart(DIGITS_PER_WORD, '0');
  }
  return text;
}
