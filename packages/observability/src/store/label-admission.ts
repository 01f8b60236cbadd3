/**
 * Which label values have a series of their own, decided once for all threads of the process: a table in shared
 * memory, so that a pool of workers stays within the limit together. Only asked when a thread meets a value for the
 * first time.
 */
export interface LabelAdmission {
  /**
   * Whether `value` may have a series within `scope`; the first `limit` distinct values of a scope may, for ever.
   * Values are known by 64 bits of hash: two that collide would share one place, and nothing worse.
   */
  admit(scope: string, value: string, limit: number): boolean;
  /** Hand this to another thread and give it to `createLabelAdmission` there. */
  readonly buffer: SharedArrayBuffer;
}

/** 65,536 places of 16 bytes: the default limits need some 13,000; what finds no place goes to the overflow series. */
const PLACES = 65_536;

/** A full table must not make every new value search it from end to end. */
const MOST_PROBES = 64;

export function createLabelAdmission(buffer?: SharedArrayBuffer): LabelAdmission {
  return new SharedLabelAdmission(buffer ?? new SharedArrayBuffer(PLACES * 2 * BigInt64Array.BYTES_PER_ELEMENT));
}

class SharedLabelAdmission implements LabelAdmission {
  readonly buffer: SharedArrayBuffer;
  /** Pairs of hash and count; the count is used by the places that stand for a scope. */
  readonly #table: BigInt64Array;
  readonly #places: number;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#table = new BigInt64Array(buffer);
    this.#places = this.#table.length / 2;
  }

  admit(scope: string, value: string, limit: number): boolean {
    const valueHash = hash64(`${scope.length}:${scope}${value}`);
    if (this.#find(valueHash) !== undefined) {
      return true;
    }
    const scopePlace = this.#findOrInsert(hash64(`scope ${scope}`));
    if (scopePlace === undefined) {
      return false;
    }
    const before = Atomics.add(this.#table, scopePlace + 1, 1n);
    if (before >= BigInt(limit)) {
      Atomics.sub(this.#table, scopePlace + 1, 1n);
      return false;
    }
    const place = this.#findOrInsert(valueHash);
    if (place === undefined) {
      Atomics.sub(this.#table, scopePlace + 1, 1n);
      return false;
    }
    return true;
  }

  #find(hash: bigint): number | undefined {
    let place = this.#firstPlace(hash);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const found = Atomics.load(this.#table, place * 2);
      if (found === hash) {
        return place * 2;
      }
      if (found === 0n) {
        return undefined;
      }
      place = (place + 1) % this.#places;
    }
    return undefined;
  }

  #findOrInsert(hash: bigint): number | undefined {
    let place = this.#firstPlace(hash);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const found = Atomics.compareExchange(this.#table, place * 2, 0n, hash);
      if (found === 0n || found === hash) {
        return place * 2;
      }
      place = (place + 1) % this.#places;
    }
    return undefined;
  }

  #firstPlace(hash: bigint): number {
    return Number(BigInt.asUintN(32, hash)) % this.#places;
  }
}

/** Two rounds of FNV-1a with different starting points, as one number that is never 0 (0 is an empty place). */
function hash64(text: string): bigint {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let position = 0; position < text.length; position++) {
    const unit = text.charCodeAt(position);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + 0x9e37), 0x85ebca6b);
    high ^= high >>> 13;
  }
  const hash = BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  return hash === 0n ? 1n : hash;
}
