import type { Socket } from 'node:net';

/**
 * The connections of a server, of which there are never more than a number. Where one more comes, the one that has been
 * waiting for longest makes room: who holds connections without asking anything cannot shut a scraper out. Of answers
 * there are never more than a smaller number at once. Where one more is asked for, the one that has been under way for
 * longest is cut off if its reader had time enough, and the request is refused if not.
 */
export interface Connections {
  add(socket: Socket): void;
  /**
   * A request came in on `socket`.
   *
   * @returns whether it may be answered
   */
  beginAnswer(socket: Socket): boolean;
  /** The answer has left, or the connection is lost. */
  endAnswer(socket: Socket): void;
  /** Lets the process end although connections are open, also those that are yet to come. */
  unref(): void;
}

export interface ConnectionLimits {
  /** At least one more than `answers`. */
  readonly connections: number;
  readonly answers: number;
}

/** A body that takes 40 ms to write is read in as long again; only who means to hold it takes this long. */
const ENOUGH_TO_READ_MS = 2000;

/** @param now in milliseconds */
export function createConnections({ connections, answers }: ConnectionLimits, now: () => number): Connections {
  // Each in the order in which they began, answers with the time at which they did.
  const waiting = new Set<Socket>();
  const answering = new Map<Socket, number>();
  let isUnreferenced = false;
  const isRoomForAnswer = (): boolean => {
    if (answering.size < answers) {
      return true;
    }
    const [longest] = answering;
    if (longest === undefined || now() - longest[1] < ENOUGH_TO_READ_MS) {
      return false;
    }
    answering.delete(longest[0]);
    longest[0].destroy();
    return true;
  };
  return {
    add(socket): void {
      const [longest] = waiting;
      if (waiting.size + answering.size >= connections && longest !== undefined) {
        waiting.delete(longest);
        longest.destroy();
      }
      waiting.add(socket);
      socket.once('close', () => {
        waiting.delete(socket);
        answering.delete(socket);
      });
      if (isUnreferenced) {
        socket.unref();
      }
    },
    beginAnswer(socket): boolean {
      if (answering.has(socket)) {
        return true;
      }
      if (!waiting.has(socket) || !isRoomForAnswer()) {
        return false;
      }
      waiting.delete(socket);
      answering.set(socket, now());
      return true;
    },
    endAnswer(socket): void {
      if (answering.delete(socket)) {
        waiting.add(socket);
      }
    },
    unref(): void {
      isUnreferenced = true;
      for (const socket of [...waiting, ...answering.keys()]) {
        socket.unref();
      }
    },
  };
}
