import { systemClock, type Clock, type ClockTimer } from '../clock.ts';
import type { ListenError } from './listen-error.ts';
import type { ListeningAddress, ObserverServer } from './observer-server.ts';

/** Options of {@link listenWithRetry}. */
export interface ListenWithRetryOptions {
  /** Pause between two attempts; default 5000. */
  readonly retryMs?: number;
  /** Told of the first failure at once, and of a later one only where it says something else. */
  readonly onRefused: (error: ListenError) => void;
  /** Told once, when the server listens. */
  readonly onListening: (address: ListeningAddress) => void;
  readonly clock?: Clock;
}

/** Attempts to listen that go on. */
export interface ListenAttempts {
  /** Ends the attempts and the reports. It does not close the server. */
  stop(): void;
}

/** A predecessor in the same place takes seconds to end, and nobody minds one failed bind in five seconds. */
const DEFAULT_RETRY_MS = 5000;

/** Has `server` listen, again and again until it does. The wait between attempts does not keep the process alive. */
export function listenWithRetry(
  server: Pick<ObserverServer, 'listen'>,
  options: ListenWithRetryOptions,
): ListenAttempts {
  const { retryMs = DEFAULT_RETRY_MS, onRefused, onListening, clock = systemClock } = options;
  let stopped = false;
  let timer: ClockTimer | undefined;
  let lastMessage: string | undefined;

  const attempt = async (): Promise<void> => {
    let address: ListeningAddress;
    try {
      address = await server.listen();
    } catch (error) {
      if (!stopped) {
        refused(error as ListenError);
      }
      return;
    }
    if (!stopped) {
      onListening(address);
    }
  };
  const refused = (error: ListenError): void => {
    timer = clock.setTimeout(() => void attempt(), retryMs);
    timer.unref();
    if (error.message !== lastMessage) {
      lastMessage = error.message;
      onRefused(error);
    }
  };

  void attempt();
  return {
    stop() {
      stopped = true;
      timer?.clear();
    },
  };
}
