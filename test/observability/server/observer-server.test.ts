import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { expect } from 'chai';
import { ListenFailedError } from '../../../packages/observability/src/errors/listen-failed-error.ts';
import { PortInUseError } from '../../../packages/observability/src/errors/port-in-use-error.ts';
import { endpointUrl } from '../../../packages/observability/src/observer/server/endpoint-url.ts';
import {
  createObserverServer,
  type ObserverServer,
  type ObserverServerOptions,
} from '../../../packages/observability/src/observer/server/observer-server.ts';
import { captureDiag, type CapturedDiag } from '../../support/captured-diag.ts';
import { eventually } from '../../support/eventually.ts';
import { httpRequest } from '../../support/http-request.ts';
import { createManualClock } from '../../support/manual-clock.ts';

function answerWithText(text: string): ObserverServerOptions['metricsHandler'] {
  return (_request, response) => {
    response.end(text);
  };
}

/** Sends bytes as they are and gives everything that came back until the server ended the connection. */
async function rawExchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return await readText(socket);
}

describe('the observer server', () => {
  let diag: CapturedDiag;
  let server: ObserverServer;
  let port: number;
  let origin: string;
  const blockers: Server[] = [];

  beforeEach(() => {
    diag = captureDiag();
  });

  afterEach(async () => {
    await server.close();
    for (const blocker of blockers.splice(0)) {
      blocker.close();
    }
    diag.release();
  });

  function create(options: Partial<ObserverServerOptions> = {}): ObserverServer {
    server = createObserverServer({
      host: '127.0.0.1',
      port: 0,
      metricsHandler: answerWithText('x 1\n'),
      health: { problem: () => undefined },
      liveness: { blockedSeconds: () => 0 },
      landing: { serviceName: 'multimodal-api', version: '0.1.0' },
      closeTimeoutMs: 50,
      ...options,
    });
    return server;
  }

  async function start(options?: Partial<ObserverServerOptions>): Promise<void> {
    const address = await create(options).listen();
    ({ port } = address);
    origin = `http://127.0.0.1:${port}`;
  }

  async function takePort(): Promise<number> {
    const blocker = createServer().listen(0, '127.0.0.1');
    blockers.push(blocker);
    await once(blocker, 'listening');
    return (blocker.address() as AddressInfo).port;
  }

  describe('routes', () => {
    it('gives the metrics at /metrics, with a query and with a slash at the end', async () => {
      await start();
      for (const path of ['/metrics', '/metrics?collect=all', '/metrics/', '/./metrics']) {
        expect(await httpRequest(origin, { path })).to.include({ status: 200, body: 'x 1\n' });
      }
    });

    it('gives the metrics at the endpoint that is configured', async () => {
      await start({ endpoint: 'internal/metrics/' });
      expect((await httpRequest(`${origin}/internal/metrics`)).body).to.equal('x 1\n');
      const missing = await httpRequest(`${origin}/metrics`);
      expect(missing.status).to.equal(404);
      expect(missing.body).to.equal('Nothing is here; there are /internal/metrics, /, /healthz, /livez.\n');
    });

    it('gives the metrics even where the endpoint is that of another route', async () => {
      await start({ endpoint: '/' });
      expect((await httpRequest(origin)).body).to.equal('x 1\n');
    });

    it('answers /healthz with 200 while the observer works and 503 with the reason when it does not', async () => {
      let problem: string | undefined;
      await start({ health: { problem: () => problem } });
      expect(await httpRequest(`${origin}/healthz`)).to.include({ status: 200, body: 'ok\n' });
      problem = 'No collection has succeeded for a minute.';
      expect(await httpRequest(`${origin}/healthz`)).to.include({ status: 503, body: `${problem}\n` });
    });

    it('answers /livez with 503 once the main thread has been blocked for a minute', async () => {
      let seconds = 59.9;
      await start({ liveness: { blockedSeconds: () => seconds } });
      expect(await httpRequest(`${origin}/livez`)).to.include({ status: 200, body: 'ok\n' });
      seconds = 60;
      expect(await httpRequest(`${origin}/livez`)).to.include({
        status: 503,
        body: 'The main thread has been blocked for 60 seconds.\n',
      });
    });

    it('takes the limit of /livez from the options', async () => {
      await start({ liveness: { blockedSeconds: () => 5.5, limitSeconds: 5 } });
      expect((await httpRequest(`${origin}/livez`)).body).to.contain('5 seconds');
    });

    it('shows a page at / with links, whatever the service is called', async () => {
      await start({ landing: { serviceName: '<script>"&\'', version: '0.1.0' } });
      const { status, headers, body } = await httpRequest(origin);
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('text/html; charset=utf-8');
      expect(headers['content-security-policy']).to.equal("default-src 'none'");
      expect(body).to.contain('<h1>&lt;script&gt;&quot;&amp;&#39;</h1>');
      expect(body).to.contain('<a href="/metrics">');
      expect(body).to.contain('Inferometer 0.1.0');
    });

    it('answers an unknown path with 404 and what there is', async () => {
      await start();
      const { status, body } = await httpRequest(`${origin}/metric`);
      expect(status).to.equal(404);
      expect(body).to.equal('Nothing is here; there are /metrics, /, /healthz, /livez.\n');
    });

    it('answers HEAD everywhere, without a body', async () => {
      await start();
      for (const path of ['/metrics', '/healthz', '/livez', '/']) {
        expect(await httpRequest(origin, { path, method: 'HEAD' })).to.include({ status: 200, body: '' });
      }
    });

    it('answers other methods with 405, what is allowed, and the end of the connection', async () => {
      await start();
      for (const path of ['/metrics', '/healthz', '/', '/missing']) {
        const { status, headers } = await httpRequest(origin, { path, method: 'POST', body: 'x=1' });
        expect(status).to.equal(405);
        expect(headers.allow).to.equal('GET, HEAD');
        expect(headers.connection).to.equal('close');
      }
    });

    it('answers an address with a slash too many as if it had none', async () => {
      await start();
      expect((await httpRequest(origin, { path: '//metrics' })).body).to.equal(
        (await httpRequest(origin, { path: '/metrics' })).body,
      );
    });

    it('answers a malformed address with 400', async () => {
      await start();
      expect(await rawExchange(port, 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).to.match(
        /^HTTP\/1\.1 400 /,
      );
      expect(await rawExchange(port, 'nonsense\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    });

    it('forbids browsers to guess the type of what it sends', async () => {
      await start();
      for (const path of ['/metrics', '/healthz', '/', '/missing']) {
        expect((await httpRequest(origin, { path })).headers['x-content-type-options']).to.equal('nosniff');
      }
    });

    it('answers 500 without a stack when a handler throws', async () => {
      const fail = (): never => {
        throw new Error('secret detail');
      };
      await start({ metricsHandler: fail, liveness: { blockedSeconds: fail } });
      for (const path of ['/metrics', '/livez']) {
        const { status, body } = await httpRequest(origin, { path });
        expect(status).to.equal(500);
        expect(body).to.equal('The request could not be answered; the log says why.\n');
      }
      expect(diag.messages).to.deep.equal([
        'inferometer: a request to the metrics endpoint failed: Error: secret detail',
      ]);
    });
  });

  describe('listening', () => {
    it('says where the metrics are', async () => {
      const address = await create().listen();
      expect(address.metricsUrl).to.equal(`http://127.0.0.1:${address.port}/metrics`);
      expect((await httpRequest(address.metricsUrl)).status).to.equal(200);
    });

    it('names an address that can be opened on this machine', () => {
      expect(endpointUrl('0.0.0.0', 9090, '/metrics')).to.equal('http://localhost:9090/metrics');
      expect(endpointUrl('::', 9090, '/metrics')).to.equal('http://localhost:9090/metrics');
      expect(endpointUrl('::1', 9090, '/m')).to.equal('http://[::1]:9090/m');
      expect(endpointUrl('fe80::1%eth0', 9090, '/m')).to.equal('http://[fe80::1%25eth0]:9090/m');
      expect(endpointUrl('metrics.internal', 80, '/m')).to.equal('http://metrics.internal:80/m');
    });

    it('listens once when asked twice', async () => {
      create();
      const [first, second] = await Promise.all([server.listen(), server.listen()]);
      expect(first).to.equal(second);
    });

    it('rejects with PORT_IN_USE, the address and what to do when the port is taken', async () => {
      const taken = await takePort();
      const error = await create({ port: taken })
        .listen()
        .catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(PortInUseError);
      expect(PortInUseError.isInstance(error)).to.equal(true);
      expect(error).to.include({ code: 'PORT_IN_USE', host: '127.0.0.1', port: taken });
      expect((error as Error).message).to.equal(
        `the metrics endpoint cannot listen on 127.0.0.1:${taken} because that port is in use; ` +
          'set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT to a free one, or options.prometheus to false.',
      );
    });

    it('listens at a later call when the port has become free', async () => {
      const taken = await takePort();
      create({ port: taken });
      await server.listen().catch(() => undefined);
      blockers.pop()?.close();
      expect((await server.listen()).port).to.equal(taken);
    });

    it('rejects with LISTEN_FAILED for an address that this machine does not have', async () => {
      // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
      const error = await create({ host: '192.0.2.1' })
        .listen()
        .catch((reason: unknown) => reason);
      expect(ListenFailedError.isInstance(error)).to.equal(true);
      expect(error).to.include({ code: 'LISTEN_FAILED', host: '192.0.2.1', port: 0 });
      expect((error as Error).message).to.contain(
        '192.0.2.1:0: this machine has no such address; set options.prometheus.host',
      );
    });

    it('does not listen any more once it is closed', async () => {
      create();
      await server.close();
      const error = await server.listen().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'LISTEN_FAILED' });
    });
  });

  describe('slow and rude clients', () => {
    it('are cut off when they take too long to send a request', async () => {
      await start({ requestTimeoutMs: 40 });
      expect(await rawExchange(port, 'GET /metrics HTTP/1.1\r\nHost:')).to.match(/^HTTP\/1\.1 408 /);
    });

    it('are cut off when they do not read their answer in time', async () => {
      const clock = createManualClock();
      const body = Buffer.alloc(32 * 1024 * 1024, 'x');
      const answered = Promise.withResolvers<ServerResponse>();
      await start({
        clock,
        responseTimeoutMs: 30_000,
        metricsHandler: (_request, response) => {
          response.end(body);
          answered.resolve(response);
        },
      });
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.pause();
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
      const response = await answered.promise;
      clock.advance(29_999);
      expect(response.destroyed).to.equal(false);
      clock.advance(1);
      await once(response, 'close');
      socket.resume();
      await once(socket, 'close');
      expect(socket.bytesRead).to.be.below(body.length);
    });

    it('do not count against their time-out once they have been answered', async () => {
      const clock = createManualClock();
      const agent = new Agent({ keepAlive: true });
      await start({ clock, responseTimeoutMs: 30_000 });
      const sockets = new Set<unknown>();
      for (let scrape = 0; scrape < 3; scrape += 1) {
        const [response] = (await once(get(`${origin}/metrics`, { agent }), 'response')) as [IncomingMessage];
        sockets.add(response.socket);
        await readText(response);
        clock.advance(60_000);
      }
      expect(sockets.size).to.equal(1);
      agent.destroy();
    });

    it('make room for a new one while they wait, the one that waits for longest first', async () => {
      await start({ maxConnections: 2 });
      const [first, second] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
      await Promise.all([once(first, 'connect'), once(second, 'connect')]);
      second.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(second, 'data');
      first.on('error', () => undefined);
      const gone = once(first, 'close');
      expect((await httpRequest(`${origin}/metrics`)).status).to.equal(200);
      await gone;
      second.end('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      expect(await readText(second)).to.match(/^HTTP\/1\.1 200 /);
    });

    it('are told when to come again where too many are being answered', async () => {
      const answers: ServerResponse[] = [];
      await start({ maxAnswers: 200, metricsHandler: (_request, response) => answers.push(response) });
      let refused = 0;
      const asked = Array.from({ length: 1000 }, async () => {
        const answer = await httpRequest(`${origin}/metrics`);
        refused += answer.status === 503 ? 1 : 0;
        return answer;
      });
      await eventually(() => (refused === 800 ? true : undefined));
      expect(answers).to.have.length(200);
      for (const answer of answers) {
        answer.end('x 1\n');
      }
      const told = (await Promise.all(asked)).filter(({ status, body }) => status !== 200 || body !== 'x 1\n');
      expect(told).to.have.length(800);
      for (const { status, headers, body } of told) {
        expect(status).to.equal(503);
        expect(headers).to.include({ 'retry-after': '2', connection: 'close' });
        expect(body).to.equal('Too many requests are being answered here; try again in a moment.\n');
      }
    });

    it('lose their place to a new one when they had time enough to read', async () => {
      const clock = createManualClock();
      const answers: ServerResponse[] = [];
      await start({ clock, maxAnswers: 2, metricsHandler: (_request, response) => answers.push(response) });
      const first = httpRequest(`${origin}/metrics`).catch((error: unknown) => error);
      await eventually(() => answers[0]);
      clock.advance(1000);
      const second = httpRequest(`${origin}/metrics`);
      await eventually(() => answers[1]);
      clock.advance(999);
      expect((await httpRequest(`${origin}/metrics`)).status).to.equal(503);
      clock.advance(1);
      const third = httpRequest(`${origin}/metrics`);
      await eventually(() => answers[2]);
      expect(await first).to.include({ code: 'ECONNRESET' });
      expect((await httpRequest(`${origin}/metrics`)).status).to.equal(503);
      answers[1]?.end('second');
      answers[2]?.end('third');
      expect((await second).body).to.equal('second');
      expect((await third).body).to.equal('third');
      expect(clock.pendingTimers).to.equal(0);
    });

    it('do not shut a scraper out, be there a thousand of them', async () => {
      await start();
      const held = Array.from({ length: 1000 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
      await Promise.all(held.map((socket) => once(socket, 'connect')));
      for (let scrape = 0; scrape < 3; scrape += 1) {
        expect((await httpRequest(`${origin}/metrics`)).body).to.equal('x 1\n');
      }
      for (const socket of held) {
        socket.destroy();
      }
    });
  });

  describe('closing', () => {
    it('frees the port', async () => {
      await start();
      await server.close();
      const successor = createServer().listen(port, '127.0.0.1');
      blockers.push(successor);
      await once(successor, 'listening');
    });

    it('leaves no socket behind', async () => {
      const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
      const before = sockets();
      await start();
      await httpRequest(`${origin}/metrics`);
      expect(sockets()).to.be.above(before);
      await server.close();
      // The system closes them after the call has ended; a socket that stays fails this by its time-out.
      while (sockets() > before) {
        await new Promise(setImmediate);
      }
    });

    it('ends connections that are kept alive', async () => {
      await start();
      const agent = new Agent({ keepAlive: true });
      const [response] = (await once(get(`${origin}/metrics`, { agent }), 'response')) as [IncomingMessage];
      await readText(response);
      await server.close();
      agent.destroy();
    });

    it('lets an answer on its way end, and its connection with it', async () => {
      const clock = createManualClock();
      const asked = Promise.withResolvers<ServerResponse>();
      await start({ clock, metricsHandler: (_request, response) => asked.resolve(response) });
      const agent = new Agent({ keepAlive: true });
      const answer = once(get(`${origin}/metrics`, { agent }), 'response') as Promise<[IncomingMessage]>;
      const response = await asked.promise;
      const closed = server.close();
      response.end('late');
      expect(await readText((await answer)[0])).to.equal('late');
      // The clock stands still: nothing was cut.
      await closed;
      expect(clock.pendingTimers).to.equal(0);
      agent.destroy();
    });

    it('cuts an answer that does not end', async () => {
      const asked = Promise.withResolvers<void>();
      await start({ metricsHandler: () => asked.resolve() });
      const answer = httpRequest(`${origin}/metrics`).catch((error: unknown) => error);
      await asked.promise;
      await server.close();
      expect(await answer).to.be.an('error');
    });

    it('waits for an attempt to listen and undoes it', async () => {
      create();
      const listening = server.listen();
      await server.close();
      const { metricsUrl } = await listening;
      expect(await httpRequest(metricsUrl).catch((error: unknown) => error)).to.include({ code: 'ECONNREFUSED' });
    });

    it('can be asked for twice, and of a server that never listened', async () => {
      await start();
      await Promise.all([server.close(), server.close()]);
      await create().close();
    });
  });
});
