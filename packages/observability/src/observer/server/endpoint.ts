import type { ResolvedPrometheus } from '../../options/resolved-options.ts';
import { version } from '../../version.ts';
import type { InferometerPrometheusExporter } from '../exposition/prometheus-exporter.ts';
import type { Heartbeats } from '../heartbeats.ts';
import type { ObserverLinks } from '../observer.ts';
import { listenWithRetry } from './listen-with-retry.ts';
import { createObserverServer } from './observer-server.ts';

/** The HTTP endpoint of an observer. */
export interface Endpoint {
  close(): Promise<void>;
}

export interface EndpointParts {
  readonly options: ResolvedPrometheus;
  readonly serviceName: string;
  readonly exporter: InferometerPrometheusExporter;
  readonly heartbeats: Heartbeats;
  readonly links: Pick<ObserverLinks, 'onListening' | 'onRefused'>;
}

/** Serves the exporter's metrics, and tries again every few seconds while the port is taken. */
export function startEndpoint(parts: EndpointParts): Endpoint {
  const { options, exporter, heartbeats, links } = parts;
  const server = createObserverServer({
    host: options.host,
    port: options.port,
    endpoint: options.endpoint,
    metricsHandler: (request, response) => exporter.getMetricsRequestHandler(request, response),
    // Whoever gets an answer from here has seen that the observer works.
    health: { problem: () => undefined },
    liveness: {
      blockedSeconds: heartbeats.mainBlockedSeconds,
      limitSeconds: options.livenessLimitMs / 1000,
    },
    landing: { serviceName: parts.serviceName, version },
  });
  const attempts = listenWithRetry(server, {
    onListening: ({ metricsUrl }) => {
      server.unref();
      links.onListening(metricsUrl);
    },
    onRefused: links.onRefused,
  });
  return {
    close: (): Promise<void> => {
      attempts.stop();
      return server.close();
    },
  };
}
