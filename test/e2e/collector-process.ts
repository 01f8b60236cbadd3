import { fileURLToPath } from 'node:url';
import { freePort } from './prometheus-server.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';

/** The collector with one of its committed configurations. */
export interface CollectorProcess extends ServerProcess {
  /** Where it takes OTLP over HTTP. */
  readonly otlpUrl: string;
  /** Where its own metrics are. */
  readonly metricsUrl: string;
}

export interface CollectorOptions {
  readonly exporter: 'otlp_http' | 'prometheus_remote_write';
  readonly prometheusUrl: string;
  /** An empty folder of its own, for what Prometheus has not taken yet. */
  readonly storage: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Prepares a collector; `start` starts it.
 *
 * @param path of the program
 * @param file of the folder collector/
 */
export async function operateCollector(
  path: string,
  file: 'otlp.yaml' | 'scrape.yaml',
  { exporter, prometheusUrl, storage, environment = {} }: CollectorOptions,
): Promise<CollectorProcess> {
  const [http, grpc, health, metrics] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const server = serverProcess({
    path,
    args: ['--config', fileURLToPath(new URL(`../../collector/${file}`, import.meta.url))],
    environment: {
      COLLECTOR_EXPORTER: exporter,
      COLLECTOR_HOST: '127.0.0.1',
      COLLECTOR_HTTP_PORT: String(http),
      COLLECTOR_GRPC_PORT: String(grpc),
      COLLECTOR_HEALTH_PORT: String(health),
      COLLECTOR_METRICS_PORT: String(metrics),
      COLLECTOR_STORAGE: storage,
      PROMETHEUS_URL: prometheusUrl,
      ...environment,
    },
    readyUrl: `http://127.0.0.1:${health}/`,
  });
  return {
    otlpUrl: `http://127.0.0.1:${http}`,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    start: () => server.start(),
    stop: (signal) => server.stop(signal),
    get log() {
      return server.log;
    },
  };
}
