import type { ServerResponse } from 'node:http';

/** What the server sends besides metrics. */
export interface PlainAnswer {
  readonly statusCode: number;
  readonly text: string;
  /** Default `text/plain`; UTF-8 in any case. */
  readonly mediaType?: 'text/plain' | 'text/html';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer that is small and never cached. Does nothing where one was begun already. */
export function sendPlain(response: ServerResponse, answer: PlainAnswer): void {
  if (response.destroyed || response.headersSent) {
    return;
  }
  const body = Buffer.from(answer.text);
  response.writeHead(answer.statusCode, {
    'content-type': `${answer.mediaType ?? 'text/plain'}; charset=utf-8`,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    ...answer.headers,
  });
  response.end(body);
}
