import type { PredictionRow } from '@inferometer/drift-metrics';
import {
  type DriftAlert,
  initObservability,
  type Observability,
  type ObservabilityOptions,
  type DriftOptions,
} from '@inferometer/observability';
import { predictions, referenceOf } from '../../drift-metrics/support/predictions.ts';
import { type CapturedDiag, captureDiag } from '../../support/captured-diag.ts';
import { eventually } from '../../support/eventually.ts';
import { readScrape, type Scrape } from '../../support/scrape.ts';

/** Panes that close as fast as they are filled, so that a test sees in a second what takes hours. */
export const FAST: DriftOptions = { paneMinimumMs: 1, panes: 20, evaluationIntervalMs: 10, clearAfterMs: 0 };

/** What a service with a drift monitor does, and what it was told. */
export interface DriftingService {
  readonly observability: Observability;
  readonly alerts: DriftAlert[];
  readonly warnings: readonly string[];
  /** Records predictions of the model `document`, with their truths. */
  record(rows: readonly PredictionRow[]): void;
  /** Goes on recording, a hundred rows at a time, until the scrape is so; gives what `condition` gave. */
  recordUntil<Value>(
    rows: (seed: number) => readonly PredictionRow[],
    condition: (scrape: Scrape) => Value | undefined,
  ): Promise<Value>;
  scrape(): Promise<Scrape>;
}

/** Rows as those of the reference. */
export const asEver = (seed: number): PredictionRow[] => predictions(100, seed + 1000);

/** Rows of another mix of classes. */
export const shifted = (seed: number): PredictionRow[] =>
  asEver(seed).map((row, place) => (place % 2 === 0 ? Object.assign(row, { predictedClass: 'sports' }) : row));

/** @param atOnce what the service does before anything else can run */
type StartDriftingService = (
  options?: ObservabilityOptions,
  atOnce?: (service: DriftingService) => void,
) => Promise<DriftingService>;

/** Gives what starts services in the tests of this suite; each is shut down after its test. */
export function useDriftingServices(): StartDriftingService {
  let running: Observability | undefined;
  let diag: CapturedDiag | undefined;
  afterEach(async () => {
    await running?.shutdown();
    running = undefined;
    diag?.release();
    diag = undefined;
  });
  return async (options = {}, atOnce = (): void => {}) => {
    diag = captureDiag();
    const alerts: DriftAlert[] = [];
    const observability = initObservability({
      serviceName: 'drifting',
      prometheus: false,
      observer: 'inline',
      resources: false,
      gpu: false,
      globalMeterProvider: false,
      models: { document: { reference: referenceOf() } },
      ...options,
      drift: options.drift !== false && {
        ...FAST,
        onDriftAlert: (alert) => alerts.push(alert),
        ...(options.drift as DriftOptions | undefined),
      },
    });
    running = observability;
    const service = serviceOf(observability, alerts, diag.messages);
    atOnce(service);
    await observability.ready;
    return service;
  };
}

function serviceOf(observability: Observability, alerts: DriftAlert[], warnings: readonly string[]): DriftingService {
  const scrape = async (): Promise<Scrape> => readScrape(await observability.metricsText());
  const record = (rows: readonly PredictionRow[]): void => {
    for (const { predictedClass, confidence, features, correct } of rows) {
      observability.trackInference({
        modelType: 'document',
        predictedClass: predictedClass as string,
        confidence: confidence as number,
        features: features as Record<string, number>,
      });
      if (typeof correct === 'boolean') {
        const actualClass = correct ? 'a' : 'b';
        observability.recordGroundTruth({ modelType: 'document', predictedClass: 'a', actualClass });
      }
    }
  };
  let seed = 0;
  return {
    observability,
    alerts,
    warnings,
    record,
    scrape,
    recordUntil: (rows, condition) =>
      eventually(async () => {
        seed += 1;
        record(rows(seed));
        return condition(await scrape());
      }),
  };
}
