import type { ByteRun } from './byte-run.ts';
import type { ByteText } from './byte-text.ts';
import { sampleValueText } from './number-text.ts';

/**
 * Writes a body byte by byte into one piece of memory. All that appends relies on room that was reserved before.
 *
 * It copies four bytes at a time, and so may write three more than it was asked to, which what follows overwrites.
 * Of the ways to copy 60 bytes within a buffer that is the fastest: `copyWithin` takes twice as long, and strings that
 * are joined and encoded two to four times (bench `scrape`).
 */
export interface BodyBuilder {
  /** How many bytes there are. */
  readonly length: number;
  /** Makes room for so many bytes more. */
  reserve(byteCount: number): void;
  append(text: ByteText): void;
  appendRun(run: ByteRun): void;
  /** Appends once more what stands at `from` in this body. */
  appendAgain(from: number, byteCount: number): void;
  /** Appends a sample's value and the end of its line. */
  appendValue(value: number): void;
  appendByte(byte: number): void;
  /** Appends an integer from 0 to 2^53 as a varint of protobuf, as short as can be. */
  appendVarint(value: number): void;
  /** Appends eight bytes, the lowest first. */
  appendDouble(value: number): void;
  /** Leaves out so many bytes, which are written later. @returns where they are */
  skip(byteCount: number): number;
  /**
   * Writes the length of all that was appended since `byteCount` bytes were skipped at `at`, into these bytes. Where it
   * takes more or fewer, what follows is moved: needs room for {@link MAX_LENGTH_BYTES}.
   *
   * @returns how many bytes it took
   */
  writeLength(at: number, byteCount: number): number;
  /** Takes back what was appended after there were `length` bytes. */
  cutTo(length: number): void;
  /** The body. The builder is not used afterwards. */
  finish(): Buffer;
}

/** As long as any number's text: `-2.2250738585072014e-308`, and the end of the line. */
export const MAX_VALUE_BYTES = 25;

/** As long as the length of any body that fits into memory. */
export const MAX_LENGTH_BYTES = 5;

/** What a small service's body takes; doubled as often as needed. */
export const FIRST_BYTES: number = 64 * 1024;

/** How far a copy may run over its end. */
const MARGIN_BYTES = 4;

/** A varint has seven bits in each byte, and the eighth where more follow. */
const MORE_FOLLOW = 0x80;

const ZERO = 48;
const NEWLINE = 10;

/** `00` to `99` as two bytes each. */
const DIGIT_PAIRS = Int16Array.from(
  { length: 100 },
  (_, pair) => ZERO + Math.floor(pair / 10) + ((ZERO + (pair % 10)) << 8),
);

/** @param memory where to write; other memory takes its place once it is too short */
export function createBodyBuilder(memory: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)): BodyBuilder {
  return new MemoryBodyBuilder(memory);
}

class MemoryBodyBuilder implements BodyBuilder {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  constructor(memory: Buffer) {
    this.#bytes = memory;
    this.#view = viewOf(memory);
  }

  get length(): number {
    return this.#length;
  }

  reserve(byteCount: number): void {
    const needed = this.#length + byteCount + MARGIN_BYTES;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
  }

  append(text: ByteText): void {
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  #appendBytes(source: DataView, from: number, byteCount: number): void {
    const view = this.#view;
    const to = this.#length;
    for (let place = 0; place < byteCount; place += 4) {
      view.setInt32(to + place, source.getInt32(from + place, true), true);
    }
    this.#length = to + byteCount;
  }

  appendRun({ view, byteCount }: ByteRun): void {
    this.#appendBytes(view, 0, byteCount);
  }

  appendAgain(from: number, byteCount: number): void {
    this.#appendBytes(this.#view, from, byteCount);
  }

  appendValue(value: number): void {
    // Integers of 32 bits are divided by a multiplication; as floats each digit of a count would cost a division.
    const whole = value | 0;
    if (whole === value && whole >= 0) {
      this.#appendDigits(whole);
    } else {
      this.append(sampleValueText(value));
    }
    this.#bytes[this.#length] = NEWLINE;
    this.#length += 1;
  }

  appendByte(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  appendVarint(value: number): void {
    this.#length = this.#writeVarint(this.#length, value);
  }

  appendDouble(value: number): void {
    // Prometheus takes one of the many NaNs for the mark of a series that ended.
    this.#view.setFloat64(this.#length, Number.isNaN(value) ? Number.NaN : value, true);
    this.#length += 8;
  }

  skip(byteCount: number): number {
    const at = this.#length;
    this.#length += byteCount;
    return at;
  }

  writeLength(at: number, byteCount: number): number {
    const from = at + byteCount;
    const length = this.#length - from;
    const needed = varintBytes(length);
    if (needed !== byteCount) {
      this.#bytes.copyWithin(at + needed, from, this.#length);
      this.#length += needed - byteCount;
    }
    this.#writeVarint(at, length);
    return needed;
  }

  cutTo(length: number): void {
    this.#length = length;
  }

  /** @returns where it ends */
  #writeVarint(at: number, value: number): number {
    const view = this.#view;
    let place = at;
    let rest = value;
    // Integers of 31 bits are shifted; as floats each byte would cost a division.
    while (rest > 0x7fff_ffff) {
      view.setUint8(place, (rest % MORE_FOLLOW) | MORE_FOLLOW);
      rest = Math.floor(rest / MORE_FOLLOW);
      place += 1;
    }
    while (rest >= MORE_FOLLOW) {
      view.setUint8(place, (rest & 0x7f) | MORE_FOLLOW);
      rest >>= 7;
      place += 1;
    }
    view.setUint8(place, rest);
    return place + 1;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #appendDigits(value: number): void {
    const view = this.#view;
    const end = this.#length + digitsOf(value);
    let place = end;
    let rest = value;
    while (rest >= 100) {
      const hundredth = (rest / 100) | 0;
      place -= 2;
      view.setInt16(place, DIGIT_PAIRS[rest - hundredth * 100]!, true);
      rest = hundredth;
    }
    if (rest >= 10) {
      view.setInt16(place - 2, DIGIT_PAIRS[rest]!, true);
    } else {
      view.setInt8(place - 1, ZERO + rest);
    }
    this.#length = end;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** @param value an integer from 0 to 2^31 - 1 */
function varintBytes(value: number): number {
  return value < 2 ** 14 ? (value < 2 ** 7 ? 1 : 2) : value < 2 ** 21 ? 3 : value < 2 ** 28 ? 4 : 5;
}

/** @param value an integer from 0 to 2^31 - 1 */
function digitsOf(value: number): number {
  if (value < 10_000) {
    return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  }
  if (value < 100_000_000) {
    return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  }
  return value < 1_000_000_000 ? 9 : 10;
}
