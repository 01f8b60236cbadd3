import type { Socket } from 'node:net';

/**
 * The connections of a server, of which there are never more than a number. Where one more comes, the one that has been
 * waiting for longest makes room: who holds connections without asking anything cannot shut a scraper out. Where all are
 * being answered, the new one is turned away.
 */
export interface Connections {
  add(socket: Socket): void;
  /** A request came in on `socket`. */
  beginAnswer(socket: Socket): void;
  /** The answer has left, or the connection is lost. */
  endAnswer(socket: Socket): void;
  /** Lets the process end although connections are open, also those that are yet to come. */
  unref(): void;
}

export function createConnections(maxConnections: number): Connections {
  // In the order in which they began to wait.
  const waiting = new Set<Socket>();
  const answering = new Set<Socket>();
  let isUnreferenced = false;
  const makeRoom = (): boolean => {
    if (waiting.size + answering.size < maxConnections) {
      return true;
    }
    const [longest] = waiting;
    if (longest !== undefined) {
      waiting.delete(longest);
      longest.destroy();
    }
    return longest !== undefined;
  };
  return {
    add(socket): void {
      if (!makeRoom()) {
        socket.destroy();
        return;
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
    beginAnswer(socket): void {
      if (waiting.delete(socket)) {
        answering.add(socket);
      }
    },
    endAnswer(socket): void {
      if (answering.delete(socket)) {
        waiting.add(socket);
      }
    },
    unref(): void {
      isUnreferenced = true;
      for (const socket of [...waiting, ...answering]) {
        socket.unref();
      }
    },
  };
}
