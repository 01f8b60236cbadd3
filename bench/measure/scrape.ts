import { get } from 'node:http';

export interface Scrape {
  readonly status: number;
  readonly body: string;
  /** From sending the request to having the whole body. */
  readonly durationMs: number;
}

/** Asks once, on a connection of its own, as long as it takes. */
export function scrape(url: string): Promise<Scrape> {
  const start = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Scrape>();
  get(url, { agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body += text;
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, body, durationMs: performance.now() - start }),
    );
  }).on('error', reject);
  return promise;
}

/** The sum over all series of `inference_requests_total`. */
export function requestsCounted(body: string): number {
  let sum = 0;
  for (const line of body.split('\n')) {
    if (line.startsWith('inference_requests_total')) {
      // After the value there may be a time.
      sum += Number(
        line
          .slice(line.lastIndexOf('}') + 1)
          .trim()
          .split(' ')[0],
      );
    }
  }
  return sum;
}
