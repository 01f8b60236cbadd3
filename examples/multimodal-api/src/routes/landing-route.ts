import type { FastifyInstance } from 'fastify';

/** `GET /` for people and `GET /healthz` for probes. */
export function addLandingRoute(app: FastifyInstance, metricsUrl: () => string | undefined): void {
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(landingPage(metricsUrl())));
  app.get('/healthz', async () => ({ status: 'ok' }));
}

function landingPage(metricsUrl: string | undefined): string {
  const metrics =
    metricsUrl === undefined
      ? 'Metrics: no endpoint'
      : `<a href="${metricsUrl}">Metrics</a> as Prometheus scrapes them`;
  return `<!doctype html>
<html lang="en">
<title>multimodal-api</title>
<h1>multimodal-api</h1>
<p>Two small models, observed by Inferometer.</p>
<ul>
<li>${metrics}</li>
<li><a href="/healthz">Health</a></li>
<li><code>POST /v1/documents</code> {"text": "..."} or {"texts": ["..."]}: which topic?</li>
<li><code>POST /v1/images</code> {"pixels": [64 numbers from 0 to 16]} or {"images": [[...]]}: which digit?</li>
<li><code>POST /v1/feedback</code> {"requestId": "...", "actualClass": "..."}: what was it really?</li>
</ul>
</html>
`;
}
