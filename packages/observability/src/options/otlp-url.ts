/** Path of metrics below a collector's base address, as the OTLP specification has it. */
const METRICS_PATH = 'v1/metrics';

/** Where an exporter sends to when nothing says otherwise, as the OTLP specification has it. */
export const DEFAULT_OTLP_URL: string = `http://localhost:4318/${METRICS_PATH}`;

/** An http or https URL; `undefined` for all else. */
export function parseHttpUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

/** The metrics' address below a base address. */
export function belowBase(base: URL): string {
  const url = new URL(base);
  url.pathname += url.pathname.endsWith('/') ? METRICS_PATH : `/${METRICS_PATH}`;
  return url.href;
}

/** The address as it is, or below it where it has no path. */
export function belowBareBase(url: URL): string {
  return url.pathname === '/' ? belowBase(url) : url.href;
}

/** An address as a message may show it: user, password and query are left out, as they may be secret. */
export function printableUrl(text: string): string {
  const url = parseHttpUrl(text);
  if (url !== undefined) {
    return `${url.protocol}//${url.host}${url.pathname}`;
  }
  return text.replace(/\/\/.*@/s, '//').replace(/[?#].*$/s, '');
}
