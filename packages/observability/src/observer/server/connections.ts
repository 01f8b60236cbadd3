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
  /** The answer to a request that might be answered has left, or the connection is lost. */
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

interface Answering {
  readonly sinceMs: number;
  /** More than one where requests are sent before their turn. */
  answers: number;
}

/** @param now in milliseconds */
export function createConnections({ connections, answers }: ConnectionLimits, now: () => number): Connections {
  // Each in the order in which they began.
  const waiting = new Set<Socket>();
  const answering = new Map<Socket, Answering>();
  let isUnreferenced = false;
  const isRoomForAnswer = (): boolean => {
    if (answering.size < answers) {
      return true;
    }
    const [longest] = answering;
    if (longest === undefined || now() - longest[1].sinceMs < ENOUGH_TO_READ_MS) {
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
      const before = answering.get(socket);
      if (before !== undefined) {
        before.answers += 1;
        return true;
      }
      if (!waiting.has(socket) || !isRoomForAnswer()) {
        return false;
      }
      waiting.delete(socket);
      answering.set(socket, { sinceMs: now(), answers: 1 });
      return true;
    },
    endAnswer(socket): void {
      const before = answering.get(socket);
      if (before === undefined) {
        return;
      }
      before.answers -= 1;
      if (before.answers === 0) {
        answering.delete(socket);
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
