/** What the page at `/` tells. */
export interface LandingInfo {
  /** Name of the service, of any origin. */
  readonly serviceName: string;
  /** Version of the package. */
  readonly version: string;
}

/** A page of plain HTML for whoever opens the port in a browser. */
export function landingPage({ serviceName, version }: LandingInfo, metricsPath: string): string {
  const name = escapeHtml(serviceName);
  const link = (path: string, what: string): string =>
    `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a> ${what}</li>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${name} - Inferometer</title></head>
<body>
<h1>${name}</h1>
<ul>
${link(metricsPath, 'metrics, for Prometheus')}
${link('/healthz', 'whether the observer works')}
${link('/livez', 'whether the main thread turns')}
</ul>
<p>Inferometer ${escapeHtml(version)}</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
