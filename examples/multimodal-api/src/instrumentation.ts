import { initObservability, type DriftOptions } from '@inferometer/observability';
import { describeAlert } from './describe-alert.ts';
import { documentClasses, imageClasses, modelVersion, referencePath } from './models/model-files.ts';

export type Observability = ReturnType<typeof initObservability>;

export const ERROR_CODES = ['invalid_input', 'model_failure'] as const;

/** Both models, with all that is known of them before the first request. */
export const MODELS = {
  document: {
    version: modelVersion,
    owner: 'search',
    classes: documentClasses,
    errorCodes: ERROR_CODES,
    reference: referencePath('document'),
  },
  image: {
    version: modelVersion,
    owner: 'vision',
    classes: imageClasses,
    errorCodes: ERROR_CODES,
    reference: referencePath('image'),
  },
};

/**
 * Starts observing this process. Called first of all, before the web framework and the model runtime are loaded.
 *
 * The classes and error codes that are declared here are reported as 0 from the start, so that `rate()` sees the first
 * one that happens.
 */
export function startObservability(metricsPort: number | undefined, driftPaneMs: number | undefined): Observability {
  return initObservability({
    serviceName: 'multimodal-api',
    models: MODELS,
    drift: {
      onDriftAlert: (alert) => console.log(`drift alert: ${describeAlert(alert)}`),
      ...(driftPaneMs === undefined ? {} : toBeWatched(driftPaneMs)),
    },
    ...(driftPaneMs === undefined ? {} : { groundTruth: { window: LABELS_WATCHED } }),
    // Without a port here, OTEL_EXPORTER_PROMETHEUS_PORT decides, or else it is 9090.
    ...(metricsPort === undefined ? {} : { prometheus: { port: metricsPort } }),
  });
}

/** Few enough that the accuracy follows a change within seconds. */
const LABELS_WATCHED = 300;

/** Drift in seconds instead of hours: everything that takes time is so many panes. */
function toBeWatched(paneMs: number): DriftOptions {
  return {
    paneMinimumMs: paneMs,
    paneMinimumEvents: 40,
    evaluationIntervalMs: Math.max(10, Math.floor(paneMs / 4)),
    panes: 20,
    minimumSamples: 200,
    // As many panes as the default: 30 days of minutes.
    meanTimeBetweenFalseAlarmsMs: 43_200 * paneMs,
    clearAfterMs: 4 * paneMs,
  };
}
