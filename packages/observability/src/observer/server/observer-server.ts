import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ListenFailedError } from '../../errors/listen-failed-error.ts';
import { systemClock, type Clock } from '../clock.ts';
import { createProblemLog, type ProblemLog } from '../problem-log.ts';
import { createConnections, type Connections } from './connections.ts';
import { endpointUrl } from './endpoint-url.ts';
import type { LandingInfo } from './landing-page.ts';
import { listenError } from './listen-error.ts';
import { sendPlain, type PlainAnswer } from './plain-answer.ts';
import { createRequestRouter, pathOf, type Health, type Liveness } from './request-router.ts';

/** The HTTP server around the metrics. */
export interface ObserverServer {
  /**
   * Binds the address. After a failure it may be called again.
   *
   * @throws PortInUseError when another socket has the port
   * @throws ListenFailedError when the address cannot be used for another reason
   */
  listen(): Promise<ListeningAddress>;
  /**
   * Frees the port. Answers that are on their way get a second to end; then their connections are cut. Idempotent.
   */
  close(): Promise<void>;
  /** Lets the process end although the server listens and has connections. */
  unref(): void;
}

/** Where the server listens. */
export interface ListeningAddress {
  /** An address that can be opened on this machine, e.g. `http://localhost:9090/metrics`. */
  readonly metricsUrl: string;
  /** The port, also where any free one was asked for. */
  readonly port: number;
}

/** Options of {@link createObserverServer}. */
export interface ObserverServerOptions {
  /** Address or name to listen on; `0.0.0.0` for all of IPv4, `::` for all. */
  readonly host: string;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** Path of the metrics; default `/metrics`. */
  readonly endpoint?: string;
  readonly metricsHandler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly health: Health;
  readonly liveness: Liveness;
  readonly landing: LandingInfo;
  /** How long a client may take to send a request; default 10 s. */
  readonly requestTimeoutMs?: number;
  /** How long an answer may take, from the request to the last byte that the client took; default 30 s. */
  readonly responseTimeoutMs?: number;
  /** How long answers on their way may take once the server is closed; default 1 s. */
  readonly closeTimeoutMs?: number;
  /** Default 1,000, and more than `maxAnswers`. Where one more comes, one that waits for a request is closed for it. */
  readonly maxConnections?: number;
  /** How many requests are answered at once, default 200; one more gets 503, or the place of one that is long under way. */
  readonly maxAnswers?: number;
  readonly clock?: Clock;
}

/** A scrape's request is a few hundred bytes; who needs longer holds a connection for its own sake. */
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;

/** Prometheus gives up after 10 s by default; three times that suits every scraper that means to read. */
const DEFAULT_RESPONSE_TIMEOUT_MS = 30_000;

/** Longer than the usual scrape intervals of 15 to 60 s, so that scrapers keep their connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** As long as the last flush of a process that ends may take. */
const DEFAULT_CLOSE_TIMEOUT_MS = 1000;

/**
 * Enough to tell a thousand at once that they are too many. Descriptors belong to the service: Node.js raises the limit of
 * the process to what the system allows, which is 4096 on the Linux that allows least.
 */
const DEFAULT_MAX_CONNECTIONS = 1000;

/** Many times the scrapers that a process has. Answers are what takes memory and time. */
const DEFAULT_MAX_ANSWERS = 200;

/** The server of the metrics endpoint, not yet listening. */
export function createObserverServer(options: ObserverServerOptions): ObserverServer {
  return new HttpObserverServer(options);
}

class HttpObserverServer implements ObserverServer {
  readonly #host: string;
  readonly #port: number;
  readonly #endpoint: string;
  readonly #responseTimeoutMs: number;
  readonly #closeTimeoutMs: number;
  readonly #clock: Clock;
  readonly #log: ProblemLog;
  readonly #server: Server;
  readonly #connections: Connections;
  #listening: Promise<ListeningAddress> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ObserverServerOptions) {
    this.#host = options.host;
    this.#port = options.port;
    this.#endpoint = pathOf(options.endpoint ?? '/metrics') ?? '/metrics';
    this.#responseTimeoutMs = options.responseTimeoutMs ?? DEFAULT_RESPONSE_TIMEOUT_MS;
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS;
    this.#clock = options.clock ?? systemClock;
    this.#log = createProblemLog(this.#clock);
    const route = createRequestRouter({ ...options, endpoint: this.#endpoint, log: this.#log });
    this.#server = createTimedServer(options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS);
    this.#connections = createConnections(
      {
        connections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
        answers: options.maxAnswers ?? DEFAULT_MAX_ANSWERS,
      },
      () => this.#clock.now(),
    );
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#boundResponse(request.socket, response)) {
        route(request, response);
      } else {
        sendPlain(response, TOO_MANY);
      }
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
    });
    // Accepting can fail at any time, for want of descriptors for one; unheard, that would end the process.
    this.#server.on('error', (error) => {
      if (this.#server.listening) {
        this.#log.report('server', `the metrics endpoint cannot accept a connection: ${error.message}`);
      }
    });
  }

  listen(): Promise<ListeningAddress> {
    this.#listening ??= this.#bind().catch((error: unknown) => {
      this.#listening = undefined;
      throw error;
    });
    return this.#listening;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  unref(): void {
    this.#server.unref();
    this.#connections.unref();
  }

  #bind(): Promise<ListeningAddress> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ListenFailedError(this.#host, this.#port, 'it has been closed'));
    }
    if (!mayUseNetwork()) {
      return Promise.reject(
        new ListenFailedError(
          this.#host,
          this.#port,
          'this process may not use the network; start it with --allow-net',
        ),
      );
    }
    return new Promise((resolve, reject) => {
      const server = this.#server;
      const settle = (error?: NodeJS.ErrnoException): void => {
        server.off('error', settle);
        server.off('listening', settle);
        if (error !== undefined) {
          reject(listenError(error, this.#host, this.#port));
          return;
        }
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : this.#port;
        resolve({ metricsUrl: endpointUrl(this.#host, port, this.#endpoint), port });
      };
      server.on('error', settle);
      server.on('listening', settle);
      // Exclusive: a cluster's workers would otherwise share one port and answer scrapes in turn, each for itself.
      server.listen({ host: this.#host, port: this.#port, exclusive: true });
    });
  }

  async #end(): Promise<void> {
    // An address that is still being resolved cannot be closed yet.
    await this.#listening?.catch(() => undefined);
    if (!this.#server.listening) {
      return;
    }
    await new Promise<void>((resolve) => {
      const cut = this.#clock.setTimeout(() => {
        this.#server.closeAllConnections();
      }, this.#closeTimeoutMs);
      this.#server.close(() => {
        cut.clear();
        resolve();
      });
    });
  }

  /**
   * Cuts off a reader that takes a byte a second: it would hold a body and a connection for as long as it likes.
   *
   * @returns whether the request may be answered
   */
  #boundResponse(socket: Socket, response: ServerResponse): boolean {
    const isAdmitted = this.#connections.beginAnswer(socket);
    const cut = this.#clock.setTimeout(() => {
      socket.destroy();
    }, this.#responseTimeoutMs);
    cut.unref();
    response.once('close', () => {
      cut.clear();
      if (isAdmitted) {
        this.#connections.endAnswer(socket);
      }
      if (this.#closing !== undefined) {
        this.#server.closeIdleConnections();
      }
    });
    return isAdmitted;
  }
}

/** A scraper that honours it asks again at a time when answers of now have left or have been cut off. */
const RETRY_AFTER_SECONDS = '2';

const TOO_MANY: PlainAnswer = {
  statusCode: 503,
  text: 'Too many requests are being answered here; try again in a moment.\n',
  headers: { 'retry-after': RETRY_AFTER_SECONDS, connection: 'close' },
};

/**
 * Where the permission model of Node.js forbids it, listening throws from a callback that nobody can catch, which ends
 * the process. Versions before 25 have that model without rules for the network.
 */
function mayUseNetwork(): boolean {
  const { permission } = process as { readonly permission?: NodeJS.ProcessPermission };
  return permission === undefined || !process.allowedNodeEnvironmentFlags.has('--allow-net') || permission.has('net');
}

function createTimedServer(requestTimeoutMs: number): Server {
  return createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // How exact the two time-outs above are.
    connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 4),
  });
}
