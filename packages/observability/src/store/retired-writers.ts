/** Writers that have ended, for as long as a message of theirs may still be on its way. */
export interface RetiredWriters extends Iterable<number> {
  add(writer: number): void;
  has(writer: number): boolean;
}

/** A service that starts a thread for each request ends millions; messages are late by milliseconds. */
const MOST_REMEMBERED = 10_000;

export function createRetiredWriters(): RetiredWriters {
  const writers = new Set<number>();
  return {
    add: (writer): void => {
      writers.add(writer);
      if (writers.size > MOST_REMEMBERED) {
        const [oldest] = writers;
        writers.delete(oldest!);
      }
    },
    has: (writer) => writers.has(writer),
    [Symbol.iterator]: () => writers.values(),
  };
}
