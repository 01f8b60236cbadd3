import type { CounterField } from './gpu-snapshot.ts';

/** The counters of a device, in the order in which they lie in memory. */
export const COUNTER_FIELDS: readonly CounterField[] = [
  'energyJoules',
  'pcieTransmittedBytes',
  'pcieReceivedBytes',
  'eccCorrectedErrors',
  'eccUncorrectedErrors',
  'xidErrors',
];

/** Bytes of one device: its name and, for each counter, the last reading and the total. */
const ENTRY_BYTES = 256;

/** Where in an entry the reading and the total of the first counter lie, and those of the others behind it. */
const NUMBERS_OFFSET = 16;
const NAME_LENGTH_OFFSET = 0;
/** One bit for each counter that was read at least once. */
const KNOWN_OFFSET = 4;
/** Grows with each snapshot that showed the device. */
const SEEN_OFFSET = 8;
const NAME_OFFSET = NUMBERS_OFFSET + COUNTER_FIELDS.length * 2 * Float64Array.BYTES_PER_ELEMENT;

/** UUIDs have 41 characters. Of a longer name only the beginning counts. */
const LONGEST_NAME = ENTRY_BYTES - NAME_OFFSET;

/** Room for 256 devices: 16 GPUs of 7 MIG instances each, and their instances of yesterday. */
const DEFAULT_BYTES = 256 * ENTRY_BYTES;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes memory for the counters of 256 devices. */
export function createCounterBuffer(): ArrayBuffer {
  return new ArrayBuffer(DEFAULT_BYTES);
}

/**
 * The totals of counters in memory that may outlive who counts: shared memory that another thread owns, so that a
 * thread which is started anew goes on where the last one ended. Memory of zeros is empty.
 */
export class CounterMemory {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #entries = new Map<string, number>();
  #snapshots = 0;

  constructor(buffer: ArrayBufferLike) {
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    for (let entry = 0; entry + ENTRY_BYTES <= buffer.byteLength; entry += ENTRY_BYTES) {
      const length = Math.min(this.#view.getUint32(entry + NAME_LENGTH_OFFSET), LONGEST_NAME);
      if (length > 0) {
        // Copied, because text is not decoded out of shared memory.
        const name = this.#bytes.slice(entry + NAME_OFFSET, entry + NAME_OFFSET + length);
        this.#entries.set(decoder.decode(name), entry);
        this.#snapshots = Math.max(this.#snapshots, this.#view.getUint32(entry + SEEN_OFFSET));
      }
    }
  }

  /** To be called before the devices of a snapshot are looked up. */
  nextSnapshot(): void {
    this.#snapshots += 1;
  }

  /** Where the counters of a device are; undefined if there is no room for one. */
  entryOf(name: string): number | undefined {
    const key = storable(name);
    const known = this.#entries.get(key) ?? this.#admit(key);
    if (known !== undefined) {
      this.#view.setUint32(known + SEEN_OFFSET, this.#snapshots);
    }
    return known;
  }

  isKnown(entry: number, field: number): boolean {
    return (this.#view.getUint32(entry + KNOWN_OFFSET) & (1 << field)) !== 0;
  }

  reading(entry: number, field: number): number {
    return this.#view.getFloat64(numberOffset(entry, field));
  }

  total(entry: number, field: number): number {
    return this.#view.getFloat64(numberOffset(entry, field) + Float64Array.BYTES_PER_ELEMENT);
  }

  /** The reading first: a thread that is ended between the two loses an interval rather than counts one twice. */
  set(entry: number, field: number, { reading, total }: { readonly reading: number; readonly total: number }): void {
    const offset = numberOffset(entry, field);
    this.#view.setFloat64(offset, reading);
    this.#view.setFloat64(offset + Float64Array.BYTES_PER_ELEMENT, total);
    this.#view.setUint32(entry + KNOWN_OFFSET, this.#view.getUint32(entry + KNOWN_OFFSET) | (1 << field));
  }

  /** Takes an empty place, else that of the device which was away for longest. */
  #admit(name: string): number | undefined {
    const entry = this.#freeEntry();
    if (entry === undefined) {
      return undefined;
    }
    this.#bytes.fill(0, entry, entry + ENTRY_BYTES);
    const text = encoder.encode(name);
    this.#bytes.set(text, entry + NAME_OFFSET);
    this.#view.setUint32(entry + NAME_LENGTH_OFFSET, text.length);
    this.#entries.set(name, entry);
    return entry;
  }

  #freeEntry(): number | undefined {
    const next = this.#entries.size * ENTRY_BYTES;
    if (next + ENTRY_BYTES <= this.#bytes.length) {
      return next;
    }
    let oldest: [name: string, entry: number] | undefined;
    for (const candidate of this.#entries) {
      const seen = this.#view.getUint32(candidate[1] + SEEN_OFFSET);
      if (seen < this.#snapshots && (oldest === undefined || seen < this.#view.getUint32(oldest[1] + SEEN_OFFSET))) {
        oldest = candidate;
      }
    }
    if (oldest === undefined) {
      return undefined;
    }
    this.#entries.delete(oldest[0]);
    return oldest[1];
  }
}

/** As much of a name as there is room for: what a successor reads must be what it looks for. */
function storable(name: string): string {
  if (name.length * 3 <= LONGEST_NAME) {
    return name;
  }
  const room = new Uint8Array(LONGEST_NAME);
  return decoder.decode(room.subarray(0, encoder.encodeInto(name, room).written));
}

function numberOffset(entry: number, field: number): number {
  return entry + NUMBERS_OFFSET + field * 2 * Float64Array.BYTES_PER_ELEMENT;
}
