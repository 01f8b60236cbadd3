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

/** A megabyte, of which only what is used takes memory: the default limits need some 14,000 places. */
const LEAST_PLACES = 65_536;

/** 16 MB: more values than a store holds series. What finds no place goes to the overflow series. */
const MOST_PLACES = 1_048_576;

/** A full table must not make every new value search it from end to end. */
const MOST_PROBES = 64;

/** @param table that of another thread, or a new one */
export function createLabelAdmission(table: SharedArrayBuffer): LabelAdmission {
  return new SharedLabelAdmission(table);
}

/** @param values how many values may be admitted in all; the table has twice the room, so that a search ends soon */
export function createAdmissionTable(values: number): SharedArrayBuffer {
  const wanted = 2 ** Math.ceil(Math.log2(values * 2));
  const places = Math.min(Math.max(wanted, LEAST_PLACES), MOST_PLACES);
  return new SharedArrayBuffer(places * 2 * BigInt64Array.BYTES_PER_ELEMENT);
}

class SharedLabelAdmission implements LabelAdmission {
  readonly buffer: SharedArrayBuffer;
  /** Pairs of hash and count; the count is used by the places that stand for a scope. */
  readonly #table: BigInt64Array;
  readonly #places: number;
  /** Where the scopes stand; there are a few for each model, so this map cannot grow without end. */
  readonly #scopes = new Map<string, number>();

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#table = new BigInt64Array(buffer);
    this.#places = this.#table.length / 2;
  }

  admit(scope: string, value: string, limit: number): boolean {
    const valueHash = hash64(`${scope.length}:${scope}${value}`);
    if (this.#find(valueHash)) {
      return true;
    }
    const scopePlace = this.#scopePlace(scope);
    if (scopePlace === undefined) {
      return false;
    }
    const before = Atomics.add(this.#table, scopePlace + 1, 1n);
    const inserted = before < BigInt(limit) ? this.#insert(valueHash) : undefined;
    if (inserted?.isNew !== true) {
      // Over the limit, without a place, or another thread was faster with the same value.
      Atomics.sub(this.#table, scopePlace + 1, 1n);
    }
    return inserted !== undefined;
  }

  #scopePlace(scope: string): number | undefined {
    let place = this.#scopes.get(scope);
    if (place === undefined) {
      place = this.#insert(hash64(`scope ${scope}`))?.place;
      if (place !== undefined) {
        this.#scopes.set(scope, place);
      }
    }
    return place;
  }

  #find(hash: bigint): boolean {
    let place = this.#firstPlace(hash);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const found = Atomics.load(this.#table, place * 2);
      if (found === hash) {
        return true;
      }
      if (found === 0n) {
        return false;
      }
      place = (place + 1) % this.#places;
    }
    return false;
  }

  #insert(hash: bigint): { readonly place: number; readonly isNew: boolean } | undefined {
    let place = this.#firstPlace(hash);
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const found = Atomics.compareExchange(this.#table, place * 2, 0n, hash);
      if (found === 0n || found === hash) {
        return { place: place * 2, isNew: found === 0n };
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
