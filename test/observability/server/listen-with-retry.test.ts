import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { PortInUseError } from '../../../packages/observability/src/errors/port-in-use-error.ts';
import { listenWithRetry } from '../../../packages/observability/src/observer/server/listen-with-retry.ts';
import {
  createObserverServer,
  type ListeningAddress,
  type ObserverServer,
} from '../../../packages/observability/src/observer/server/observer-server.ts';
import { httpRequest } from '../../support/http-request.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

describe('listening with retries', () => {
  let clock: ManualClock;
  let blocker: Server;
  let port: number;
  let server: ObserverServer;

  beforeEach(async () => {
    clock = createManualClock();
    blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    ({ port } = blocker.address() as AddressInfo);
    server = createObserverServer({
      host: '127.0.0.1',
      port,
      metricsHandler: (_request, response) => response.end('x 1\n'),
      health: { problem: () => undefined },
      liveness: { blockedSeconds: () => 0 },
      landing: { serviceName: 'x', version: '0' },
    });
  });

  afterEach(async () => {
    blocker.close();
    await server.close();
  });

  it('tells the refusal at once, and the success when the port has become free', async () => {
    const refused = Promise.withResolvers<Error>();
    const listening = Promise.withResolvers<ListeningAddress>();
    listenWithRetry(server, { clock, onRefused: refused.resolve, onListening: listening.resolve });
    expect(await refused.promise).to.be.instanceOf(PortInUseError);

    blocker.close();
    await once(blocker, 'close');
    clock.advance(5000);
    const { metricsUrl } = await listening.promise;
    expect(metricsUrl).to.equal(`http://127.0.0.1:${port}/metrics`);
    expect((await httpRequest(metricsUrl)).body).to.equal('x 1\n');
    expect(clock.pendingTimers).to.equal(0);
  });

  it('tries every five seconds and tells a refusal once', async () => {
    let attempted = 0;
    const refusals: Error[] = [];
    const busy = {
      listen: () => {
        attempted += 1;
        return Promise.reject(new PortInUseError('127.0.0.1', port));
      },
    };
    listenWithRetry(busy, { clock, onRefused: (error) => refusals.push(error), onListening: () => undefined });
    for (let expected = 1; expected <= 3; expected += 1) {
      await new Promise(setImmediate);
      clock.advance(4999);
      expect(attempted).to.equal(expected);
      clock.advance(1);
    }
    expect(attempted).to.equal(4);
    expect(refusals).to.have.length(1);
  });

  it('tells a refusal again when it says something else', async () => {
    const errors = [new Error('first'), new Error('first'), new Error('second')];
    const refusals: string[] = [];
    listenWithRetry(
      { listen: () => Promise.reject(errors.shift() ?? new Error('second')) },
      { clock, retryMs: 10, onRefused: (error) => refusals.push(error.message), onListening: () => undefined },
    );
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await new Promise(setImmediate);
      clock.advance(10);
    }
    expect(refusals).to.deep.equal(['first', 'second']);
  });

  it('ends when it is stopped', async () => {
    const refused = Promise.withResolvers<Error>();
    const attempts = listenWithRetry(server, {
      clock,
      onRefused: refused.resolve,
      onListening: () => {
        throw new Error('it should not listen');
      },
    });
    await refused.promise;
    attempts.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('says nothing more of an attempt that was on its way when it was stopped', async () => {
    const reports: unknown[] = [];
    const attempts = listenWithRetry(server, {
      clock,
      onRefused: (error) => reports.push(error),
      onListening: (address) => reports.push(address),
    });
    attempts.stop();
    await server.listen().catch(() => undefined);
    await new Promise(setImmediate);
    expect(reports).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
