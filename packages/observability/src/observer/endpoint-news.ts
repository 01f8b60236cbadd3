import { diag } from '@opentelemetry/api';

/** What `ready` can tell nobody: troubles after it is settled, and that the endpoint listens at last. */
export interface EndpointNews {
  /** @param isTold whether `ready` is rejected with it, which is logged as an error */
  refused(error: Error, isTold: boolean): void;
  listening(metricsUrl: string): void;
}

/** Tells through `diag`; the end of a trouble at the level at which the trouble was told, so that both are seen. */
export function createEndpointNews(): EndpointNews {
  let toldAs: 'error' | 'warn' | undefined;
  return {
    refused(error, isTold) {
      if (!isTold) {
        diag.warn(`inferometer: ${error.message}`);
      }
      toldAs = isTold ? 'error' : (toldAs ?? 'warn');
    },
    listening(metricsUrl) {
      if (toldAs !== undefined) {
        diag[toldAs](`inferometer: metrics are served on ${metricsUrl} now.`);
      }
      toldAs = undefined;
    },
  };
}
