import { get } from 'node:http';

/** How much came, and when. */
export interface Drained {
  readonly status: number;
  readonly bodyBytes: number;
  readonly contentEncoding: string | undefined;
  readonly durationMs: number;
}

/** Scrapes as Prometheus does and lets the body go: what reading takes is not to be measured. */
export function drain(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Drained> {
  const start = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Drained>();
  get(url, { agent: false, headers }, (response) => {
    let bodyBytes = 0;
    response.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.byteLength;
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        bodyBytes,
        contentEncoding: response.headers['content-encoding'],
        durationMs: performance.now() - start,
      }),
    );
  }).on('error', reject);
  return promise;
}
