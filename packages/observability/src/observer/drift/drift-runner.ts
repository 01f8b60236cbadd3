import { diag } from '@opentelemetry/api';
import type { ResolvedDrift } from '../../options/resolved-options.ts';
import type { SeriesStore } from '../../store/series-store.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DriftModel, NumberedAlert } from './drift-model.ts';
import type { DriftWatch } from './drift-watch.ts';

/** Evaluates drift from time to time; loads what that takes with the first model. */
export interface DriftRunner {
  /** Settled once its series are there. Never rejected: what cannot be watched is told in a warning. */
  watch(model: DriftModel): Promise<void>;
  stop(): void;
}

export interface DriftRunnerParts {
  readonly drift: ResolvedDrift;
  readonly store: SeriesStore;
  readonly reader: StoreReader;
  readonly onAlert: (alert: NumberedAlert) => void;
}

export function createDriftRunner(parts: DriftRunnerParts): DriftRunner {
  const { drift, store, reader, onAlert } = parts;
  let loading: Promise<DriftWatch> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let shown: Promise<void> | undefined;
  let isStopped = false;
  const load = async (): Promise<DriftWatch> => {
    const { createDriftWatch } = await import('./drift-watch.ts');
    const watch = createDriftWatch({ settings: drift.settings, store, reader, onAlert, now: Date.now });
    if (!isStopped) {
      timer = setInterval(() => watch.evaluate(), drift.evaluationIntervalMs).unref();
    }
    return watch;
  };
  return {
    watch: async (model) => {
      try {
        loading ??= load();
        const driftWatch = await loading;
        driftWatch.watch(model);
        // Models come one after the other: what there is of them is shown once.
        shown ??= soon(() => {
          shown = undefined;
          driftWatch.show();
        });
        await shown;
      } catch (error) {
        diag.warn(`inferometer: the drift of the model ${model.modelType} cannot be watched: ${String(error)}`);
      }
    },
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

async function soon(task: () => void): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  task();
}
