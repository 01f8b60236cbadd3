import { request, type IncomingHttpHeaders } from 'node:http';
import { text as readText } from 'node:stream/consumers';

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Requests `url` on a connection of its own. */
export async function httpRequest(
  url: string,
  options: { method?: string; path?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { body, ...requestOptions } = options;
  const outgoing = request(url, { agent: false, ...requestOptions }, (response) => {
    readText(response).then(
      (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      reject,
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return await promise;
}
