import { initObservability } from '@inferometer/observability';
import { documentClasses, imageClasses, modelVersion } from './models/model-files.ts';

export type Observability = ReturnType<typeof initObservability>;

export const ERROR_CODES = ['invalid_input', 'model_failure'] as const;

/**
 * Starts observing this process. Called first of all, before the web framework and the model runtime are loaded.
 *
 * The classes and error codes that are declared here are reported as 0 from the start, so that `rate()` sees the first
 * one that happens.
 */
export function startObservability(metricsPort: number | undefined): Observability {
  return initObservability({
    serviceName: 'multimodal-api',
    models: {
      document: { version: modelVersion, owner: 'search', classes: documentClasses, errorCodes: ERROR_CODES },
      image: { version: modelVersion, owner: 'vision', classes: imageClasses, errorCodes: ERROR_CODES },
    },
    // Without a port here, OTEL_EXPORTER_PROMETHEUS_PORT decides, or else it is 9090.
    ...(metricsPort === undefined ? {} : { prometheus: { port: metricsPort } }),
  });
}
