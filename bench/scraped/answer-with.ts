import type { RequestListener } from 'node:http';
import { gzip } from 'node:zlib';
import { GZIP_LEVEL } from '../workload/scraped-services.ts';
import type { Compression } from './scraped-library.ts';

/** A request handler around a text that a library makes, behind Node's zlib where that is asked for. */
export function answerWith(
  text: () => Promise<string>,
  contentType: string,
  compression: Compression,
): RequestListener {
  return (_request, response) => {
    void (async (): Promise<void> => {
      const body = await text();
      response.setHeader('content-type', contentType);
      if (compression === 'none') {
        response.end(body);
        return;
      }
      response.setHeader('content-encoding', 'gzip');
      gzip(body, { level: GZIP_LEVEL }, (error, compressed) => {
        if (error !== null) {
          throw error;
        }
        response.end(compressed);
      });
    })();
  };
}
