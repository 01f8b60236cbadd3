import { headerElements } from './header-list.ts';

/** What fits into one packet arrives no sooner when it is smaller. */
const MIN_GZIP_BYTES = 1400;

/**
 * Whether to compress an answer with gzip: where the client wants it no less than the answer as it is, and it is large
 * enough; or where the client does not take it as it is. By RFC 9110, who does not name `gzip` or `*` does not take it.
 *
 * @param acceptEncoding the `Accept-Encoding` header of the request
 */
export function wantsGzip(acceptEncoding: string | undefined, bodyBytes: number): boolean {
  const elements = headerElements(acceptEncoding);
  const qualityOf = (coding: string): number | undefined => elements.find(({ value }) => value === coding)?.quality;
  const anyQuality = qualityOf('*');
  const gzip = qualityOf('gzip') ?? qualityOf('x-gzip') ?? anyQuality ?? 0;
  if (gzip === 0) {
    return false;
  }
  // Unless it is named, the answer as it is is always taken, and wanted least; `*;q=0` refuses it as well.
  const identity = qualityOf('identity') ?? (anyQuality === 0 ? 0 : undefined);
  return identity === 0 || (bodyBytes >= MIN_GZIP_BYTES && gzip >= (identity ?? 0));
}
