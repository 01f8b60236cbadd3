/**
 * Told how one result comes along. Which of `succeed`, `finish` and `fail` comes first decides; the rest is ignored.
 * No method throws.
 */
export interface Observation {
  /** Whether anybody wants the items of a stream; seeing them can take more than seeing its end. */
  readonly wantsItems: boolean;
  /** A value came that is the whole result. */
  succeed(result: unknown): void;
  /** An iterator or a stream gave an item. */
  item(item: unknown): void;
  /** An iterator or a stream is over: read to its end, or left early by a reader who had enough. */
  finish(): void;
  fail(error: unknown): void;
  /** From now on the result comes through `holder`; when that is dropped, nobody can wait for the result any more. */
  heldBy(holder: object): void;
}

/** Far more calls than share one object in a sane program; each is an inference that nobody has seen the end of. */
const MOST_CALLS_PER_OBJECT = 1000;

/**
 * All observations of one object. A function may return the same object many times, and may be instrumented twice:
 * the object's methods are replaced once, however often it is watched.
 */
class ObservationGroup implements Observation {
  /** Who holds an iterator of an iterable, or a reader of a stream, holds by this the thing itself. */
  readonly subject: object;
  readonly #members = new Set<Observation>();

  constructor(subject: object) {
    this.subject = subject;
  }

  get wantsItems(): boolean {
    for (const member of this.#members) {
      if (member.wantsItems) {
        return true;
      }
    }
    return false;
  }

  add(observation: Observation): boolean {
    if (this.#members.size >= MOST_CALLS_PER_OBJECT) {
      return false;
    }
    this.#members.add(observation);
    return true;
  }

  succeed(result: unknown): void {
    this.#takeAll((member) => member.succeed(result));
  }

  item(item: unknown): void {
    for (const member of this.#members) {
      member.item(item);
    }
  }

  finish(): void {
    this.#takeAll((member) => member.finish());
  }

  fail(error: unknown): void {
    this.#takeAll((member) => member.fail(error));
  }

  heldBy(holder: object): void {
    for (const member of this.#members) {
      member.heldBy(holder);
    }
  }

  #takeAll(tell: (member: Observation) => void): void {
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) {
      tell(member);
    }
  }
}

const groups = new WeakMap<object, ObservationGroup>();

/**
 * Lets `observation` hear of `target`.
 *
 * @param install replaces the methods of `target` that tell of its fate; called once in the life of the object. It
 *   returns whether the object let it
 * @returns all observations of `target` as one, or undefined where its end will not be heard of
 */
export function watch(
  target: object,
  observation: Observation,
  install: (observation: Observation) => boolean,
): Observation | undefined {
  let group = groups.get(target);
  if (group === undefined) {
    group = new ObservationGroup(target);
    if (!install(group)) {
      return undefined;
    }
    groups.set(target, group);
  }
  return group.add(observation) ? group : undefined;
}
