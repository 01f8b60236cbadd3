import type { DefinitionUpdate } from './metric-snapshot.ts';

/** Gives out ids for objects, and forgets those that an interval did not use. */
export class DefinitionTable<Definition extends object> {
  readonly #entries = new Map<Definition, { readonly id: number; interval: number }>();
  #interval = 0;
  #usedInInterval = 0;
  #nextId = 0;
  #firstId = 0;
  #added: Definition[] = [];

  /** The id of `definition`, a new one if it has none; it is in use in this interval. */
  idOf(definition: Definition): number {
    const known = this.#entries.get(definition);
    if (known === undefined) {
      const id = this.#nextId++;
      this.#entries.set(definition, { id, interval: this.#interval });
      this.#added.push(definition);
      this.#usedInInterval++;
      return id;
    }
    if (known.interval !== this.#interval) {
      known.interval = this.#interval;
      this.#usedInInterval++;
    }
    return known.id;
  }

  /** Ends the interval: what came new in it, and what was not used in it. */
  update(): DefinitionUpdate<Definition> {
    const removed: number[] = [];
    if (this.#usedInInterval < this.#entries.size) {
      for (const [definition, { id, interval }] of this.#entries) {
        if (interval !== this.#interval) {
          this.#entries.delete(definition);
          removed.push(id);
        }
      }
    }
    const update = { firstId: this.#firstId, added: this.#added, removed };
    this.#firstId = this.#nextId;
    this.#added = [];
    this.#usedInInterval = 0;
    this.#interval++;
    return update;
  }
}
