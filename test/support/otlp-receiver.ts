import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type OtlpExport, type OtlpMetric, type OtlpPoint, readExportRequest } from './otlp-metrics.ts';

/** A request that the receiver took with 200. */
export interface OtlpRequest extends OtlpExport {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Files' contents for https; with `ca`, clients need a certificate of it. */
export interface ReceiverTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  readonly ca?: string | Buffer;
}

/** A collector on 127.0.0.1, over real HTTP, that keeps what it is sent. */
export interface OtlpReceiver {
  /** Base address, e.g. `http://127.0.0.1:40001`. */
  readonly url: string;
  /** What was taken, oldest first. */
  readonly requests: readonly OtlpRequest[];
  /** Requests that came, whatever became of them. */
  readonly attempts: number;
  /** Resolves once so many requests were taken. */
  waitForRequests(count: number): Promise<void>;
  /** Resolves once so many requests came. */
  waitForAttempts(count: number): Promise<void>;
  /** Resolves once nobody is connected. */
  waitForHangUp(): Promise<void>;
  /** Refuses the next `count` requests. */
  failNext(count: number, status?: number, headers?: Record<string, string>): void;
  /** From now on nothing is answered: `silent` without a word, `dripping` with a body that never ends. */
  hang(how?: 'silent' | 'dripping'): void;
  /** Answers again; what hangs goes on hanging. */
  resume(): void;
  close(): Promise<void>;
}

/**
 * @param options.port 0, the default, takes a free one; give one to come back where another receiver was
 */
export async function startOtlpReceiver(options: { port?: number; tls?: ReceiverTls } = {}): Promise<OtlpReceiver> {
  const receiver = new Receiver(options.tls);
  await receiver.listen(options.port ?? 0);
  return receiver;
}

/** The metric of that name in a request; throws where it is missing. */
export function metricOf(request: OtlpExport | undefined, name: string): OtlpMetric {
  const metric = request?.metrics.find((candidate) => candidate.name === name);
  if (metric === undefined) {
    throw new Error(`no metric ${name}`);
  }
  return metric;
}

/** The point with exactly these attributes; throws where it is missing. */
export function pointOf(
  request: OtlpExport | undefined,
  name: string,
  attributes: Readonly<Record<string, unknown>> = {},
): OtlpPoint {
  const point = metricOf(request, name).points.find((candidate) => isDeepStrictEqual(candidate.attributes, attributes));
  if (point === undefined) {
    throw new Error(`no point of ${name} with ${JSON.stringify(attributes)}`);
  }
  return point;
}

class Receiver implements OtlpReceiver {
  readonly requests: OtlpRequest[] = [];
  attempts = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #scheme: string;
  #connections = 0;
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
  #failures: { count: number; status: number; headers: Record<string, string> } = {
    count: 0,
    status: 503,
    headers: {},
  };
  #hanging: 'silent' | 'dripping' | undefined;

  constructor(tls: ReceiverTls | undefined) {
    const listener: RequestListener = (request, response) => {
      void this.#take(request, response);
    };
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server =
      tls === undefined
        ? createServer(listener)
        : createSecureServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: true }, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#connections += 1;
      socket.once('close', () => {
        this.#connections -= 1;
        this.#tellWaiting();
      });
    });
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  waitForRequests(count: number): Promise<void> {
    return this.#waitUntil(() => this.requests.length >= count);
  }

  waitForAttempts(count: number): Promise<void> {
    return this.#waitUntil(() => this.attempts >= count);
  }

  waitForHangUp(): Promise<void> {
    return this.#waitUntil(() => this.#connections === 0);
  }

  failNext(count: number, status = 503, headers: Record<string, string> = {}): void {
    this.#failures = { count, status, headers };
  }

  hang(how: 'silent' | 'dripping' = 'silent'): void {
    this.#hanging = how;
  }

  resume(): void {
    this.#hanging = undefined;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
    } catch {
      // The sender went away.
      return;
    }
    this.attempts += 1;
    this.#answer(request, response, Buffer.concat(chunks));
    this.#tellWaiting();
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    if (this.#hanging === 'silent') {
      return;
    }
    if (this.#failures.count > 0) {
      this.#failures.count -= 1;
      response.writeHead(this.#failures.status, this.#failures.headers).end();
      return;
    }
    if (this.#hanging === 'dripping') {
      response.writeHead(500).write('.');
      return;
    }
    const isCompressed = request.headers['content-encoding'] === 'gzip';
    this.requests.push({
      path: request.url ?? '',
      headers: request.headers,
      ...readExportRequest(isCompressed ? gunzipSync(body) : body),
    });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }

  #tellWaiting(): void {
    this.#waiting = this.#waiting.filter((wait) => {
      if (wait.isMet()) {
        wait.resolve();
        return false;
      }
      return true;
    });
  }

  #waitUntil(isMet: () => boolean): Promise<void> {
    if (isMet()) {
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#waiting.push({ isMet, resolve: () => resolve(undefined) });
    return promise;
  }
}
