// What an application does at its start to have five series and an endpoint, as scripts for fresh processes. Each calls
// `held()` when the main thread is free again and ends with the address of the endpoint in `url`.

const BUCKETS = '[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]';

const PROMETHEUS_METRICS = `
new client.Counter({ name: 'inference_requests_total', help: 'a', labelNames: ['model_type', 'status'] });
new client.Counter({ name: 'prediction_distribution_total', help: 'b', labelNames: ['model_type', 'predicted_class'] });
for (const name of ['inference_latency_seconds', 'model_confidence_scores', 'batch_size']) {
  new client.Histogram({ name, help: name, labelNames: ['model_type'], buckets: ${BUCKETS} });
}
client.collectDefaultMetrics();
const server = createServer(async (request, response) => response.end(await client.register.metrics()));
server.listen(0, '127.0.0.1');
held();
await new Promise((resolve) => server.once('listening', resolve));
url = 'http://127.0.0.1:' + server.address().port + '/metrics';
`;

export const startups = {
  inferometer: `
const { initObservability } = await import('@inferometer/observability');
const observability = initObservability({ prometheus: { host: '127.0.0.1', port: 0 } });
held();
({ metricsUrl: url } = await observability.ready);
`,
  opentelemetry: `
const { createServer } = await import('node:http');
const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
const exporter = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [exporter] }).getMeter('bench');
meter.createCounter('inference_requests');
meter.createCounter('prediction_distribution');
for (const name of ['inference_latency_seconds', 'model_confidence_scores', 'batch_size']) {
  meter.createHistogram(name, { advice: { explicitBucketBoundaries: ${BUCKETS} } });
}
const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
server.listen(0, '127.0.0.1');
held();
await new Promise((resolve) => server.once('listening', resolve));
url = 'http://127.0.0.1:' + server.address().port + '/metrics';
`,
  'prom-client': `
const { createServer } = await import('node:http');
const client = await import('prom-client');
${PROMETHEUS_METRICS}`,
  'prometheus-io-client': `
const { createServer } = await import('node:http');
const client = await import('@prometheus-io/client');
${PROMETHEUS_METRICS}`,
} as const;

/** Runs a start-up between clock readings and prints them as JSON. */
export function startupScript(startup: string): string {
  return `
let url, heldMs, heldCpuMs;
const cpu = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
const held = () => { heldMs = performance.now() - start; heldCpuMs = cpu() - startCpu; };
const startCpu = cpu();
const start = performance.now();
${startup}
const { get } = await import('node:http');
await new Promise((resolve, reject) => {
  get(url, { agent: false }, (response) => response.resume().once('end', resolve)).once('error', reject);
});
const answeredMs = performance.now() - start;
process.stdout.write(JSON.stringify({ heldMs, heldCpuMs, answeredMs }));
process.exit();
`;
}
