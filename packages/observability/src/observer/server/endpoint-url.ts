/** Hosts that mean every interface; a browser cannot open them everywhere. */
const ALL_INTERFACES: ReadonlySet<string> = new Set(['0.0.0.0', '::', '::0', '']);

/** An address to open or to scrape from this machine, e.g. `http://localhost:9090/metrics`. */
export function endpointUrl(host: string, port: number, path: string): string {
  if (ALL_INTERFACES.has(host)) {
    return `http://localhost:${port}${path}`;
  }
  // The zone of a link-local address has its percent sign encoded in a URL (RFC 6874).
  return `http://${host.includes(':') ? `[${host.replace('%', '%25')}]` : host}:${port}${path}`;
}
