import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { endPrograms } from '../../support/child-process.ts';
import { type ObservedService, startService } from '../../support/observed-service.ts';

const HOST = 'Host: x\r\n';
const END = '\r\n';

/** What is asked, what the answers begin with, and whether the connection is closed after the last of them. */
type OddRequest = readonly [what: string, request: string, statuses: readonly number[], closes: boolean];

const REQUESTS: readonly OddRequest[] = [
  ['HTTP/1.0', 'GET /metrics HTTP/1.0\r\n\r\n', [200], true],
  ['HTTP/1.0 that keeps its connection', 'GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', [200], false],
  ['HTTP/1.1 without a host', 'GET /metrics HTTP/1.1\r\n\r\n', [400], true],
  ['two hosts', `GET /metrics HTTP/1.1\r\n${HOST}HOST: y\r\n${END}`, [400], true],
  ['an address with a host of its own', `GET http://other:99/metrics HTTP/1.1\r\n${HOST}${END}`, [200], false],
  [
    'an address with everything',
    `GET https://user:secret@other/metrics/?name=x HTTP/1.1\r\n${HOST}${END}`,
    [200],
    false,
  ],
  ['the options of the server', `OPTIONS * HTTP/1.1\r\n${HOST}${END}`, [405], true],
  ['a tunnel', `CONNECT other:443 HTTP/1.1\r\n${HOST}${END}`, [], true],
  ['HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400], true],
  [
    'HTTP/2 by upgrade, which may be ignored',
    `GET /metrics HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n${END}`,
    [200],
    false,
  ],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400], true],
  [
    'a second request between two lengths',
    `GET /metrics HTTP/1.1\r\n${HOST}Content-Length: 0\r\nContent-Length: 40\r\n\r\nGET /livez HTTP/1.1\r\n${HOST}${END}`,
    [400],
    true,
  ],
  [
    'a second request between a length and chunks',
    `GET /metrics HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\n${HOST}${END}`,
    [400],
    true,
  ],
  [
    'an encoding that is none',
    `GET /metrics HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    [400],
    true,
  ],
  [
    'a header with a space before its colon',
    `GET /metrics HTTP/1.1\r\n${HOST}Content-Length : 9\r\n${END}`,
    [400],
    true,
  ],
  ['a header on two lines', `GET /metrics HTTP/1.1\r\n${HOST}X: a\r\n b\r\n${END}`, [400], true],
  ['line ends without a return', 'GET /metrics HTTP/1.1\nHost: x\n\n', [400], true],
  [
    'a body, and a request after it',
    `GET /metrics HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhelloGET /livez HTTP/1.1\r\n${HOST}${END}`,
    [200, 200],
    false,
  ],
  ['three requests at once', `GET /metrics HTTP/1.1\r\n${HOST}${END}`.repeat(3), [200, 200, 200], false],
  ['a header of 20 KB', `GET /metrics HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n${END}`, [431], true],
  [
    'an Accept of 15 KB',
    `GET /metrics HTTP/1.1\r\n${HOST}Accept: ${'a/b;q=0.1,'.repeat(1500)}\r\n${END}`,
    [200],
    false,
  ],
  ['a range, which may be ignored', `GET /metrics HTTP/1.1\r\n${HOST}Range: bytes=0-9\r\n${END}`, [200], false],
  ['an address with a zero byte', `GET /met\0rics HTTP/1.1\r\n${HOST}${END}`, [400], true],
  ['a method in small letters', `get /metrics HTTP/1.1\r\n${HOST}${END}`, [400], true],
  ['its own headers back', `TRACE /metrics HTTP/1.1\r\n${HOST}Cookie: secret\r\n${END}`, [405], true],
];

describe('a client that asks for', function () {
  this.timeout(20_000);
  let service: ObservedService;
  let port: number;

  before(async () => {
    service = startService();
    port = Number(new URL(await service.metricsUrl()).port);
  });

  after(async () => {
    // Whatever was asked: the service still answers, and had nothing to complain of.
    expect((await service.scrape()).value('inferometer_observer_restarts_total')).to.equal(0);
    expect(service.program.errors).to.equal('');
    await endPrograms();
  });

  for (const [what, request, statuses, closes] of REQUESTS) {
    const answer = statuses.length === 0 ? 'no answer' : statuses.join(', ');
    it(`${what} gets ${answer}${closes ? ' and the end of the connection' : ''}`, async () => {
      const { heads, isClosed } = await exchange(port, request, statuses.length);
      expect(heads.map(({ status }) => status)).to.deep.equal(statuses);
      expect(isClosed).to.equal(closes);
    });
  }

  it('the headers of a compressed body gets those of it, and no body', async () => {
    const ask = async (method: string): Promise<AnswerHead> => {
      const request = `${method} /metrics HTTP/1.1\r\n${HOST}Accept-Encoding: gzip\r\n${END}`;
      return (await exchange(port, request, 1)).heads[0]!;
    };
    const [head, get] = [await ask('HEAD'), await ask('GET')];
    expect(head.headers).to.include({ 'content-encoding': 'gzip', vary: 'accept, accept-encoding' });
    expect(head.headers['content-type']).to.equal(get.headers['content-type']);
    expect(Number(head.headers['content-length'])).to.be.closeTo(Number(get.headers['content-length']), 500);
    expect(head.bodyBytes).to.equal(0);
    expect(get.bodyBytes).to.equal(Number(get.headers['content-length']));
  });
});

interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
}

/** Sends bytes, and waits for the end of the connection, or for so many answers after which it stays open. */
async function exchange(
  port: number,
  request: string,
  expected: number,
): Promise<{ heads: readonly AnswerHead[]; isClosed: boolean }> {
  const socket = connect(port, '127.0.0.1');
  // Who closes a connection with bytes of it unread resets it.
  socket.on('error', () => undefined);
  const isHead = request.startsWith('HEAD');
  let bytes = '';
  const answered = Promise.withResolvers<false>();
  socket.setEncoding('latin1').on('data', (text: string) => {
    bytes += text;
    const heads = answersIn(bytes, isHead);
    if (heads.length === expected && heads.at(-1)?.headers['connection'] !== 'close') {
      answered.resolve(false);
    }
  });
  const closed = once(socket, 'close').then(() => true);
  socket.write(request, 'latin1');
  const isClosed = await Promise.race([closed, answered.promise]);
  socket.destroy();
  return { heads: answersIn(bytes, isHead), isClosed };
}

/** The whole answers in what was received. */
function answersIn(bytes: string, isHead: boolean): AnswerHead[] {
  const answers: AnswerHead[] = [];
  let rest = bytes;
  for (;;) {
    const head = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n([\s\S]*?)\r\n\r\n/.exec(rest);
    if (head === null) {
      return answers;
    }
    const headers = Object.fromEntries(
      head[2]!.split('\r\n').map((line) => line.toLowerCase().split(': ', 2) as [string, string]),
    );
    const bodyBytes = isHead ? rest.length - head[0].length : Number(headers['content-length'] ?? 0);
    if (rest.length < head[0].length + bodyBytes) {
      return answers;
    }
    answers.push({ status: Number(head[1]), headers, bodyBytes });
    rest = rest.slice(head[0].length + bodyBytes);
  }
}
