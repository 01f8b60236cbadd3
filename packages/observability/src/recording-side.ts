import { groundTruth } from './catalogue/inference-metrics.ts';
import { createTrackInferences, type TrackInferences } from './inference/instrument/decorator.ts';
import { createBoundedLabel } from './inference/bounded-label.ts';
import type { DroppedValues } from './diagnostics/dropped-values.ts';
import type { ReferenceFeed } from './inference/drift/reference-feed.ts';
import { createGroundTruth, type RecordGroundTruth } from './inference/ground-truth/ground-truth.ts';
import { GroundTruthCounts } from './inference/ground-truth/ground-truth-counts.ts';
import { createInferenceRecorder } from './inference/inference-recorder.ts';
import { createTimerSource } from './inference/inference-timer.ts';
import { labelText } from './inference/label-text.ts';
import type { InferenceRecord, TimerSource } from './inference/inference-types.ts';
import { createInstrument, type Instrument } from './inference/instrument/instrument.ts';
import { Models } from './inference/models.ts';
import { createSampledSpans, noSpans } from './inference/sampled-spans.ts';
import { createPredictionStore } from './inference/ground-truth/prediction-store.ts';
import type { RecorderOptions } from './inference/recorder-options.ts';
import { createDriftUpdate, type UpdateDriftMetrics } from './manual-metrics/drift-update.ts';
import { createManualGauges } from './manual-metrics/manual-gauges.ts';
import { createResourceUpdate, type UpdateResourceMetrics } from './manual-metrics/resource-update.ts';
import type { LabelAdmission } from './store/label-admission.ts';
import type { SeriesStore } from './store/series-store.ts';

/** All that records, on one thread. Nothing in it knows who reads. */
export interface RecordingSide {
  readonly trackInference: (record: InferenceRecord) => void;
  readonly startInference: TimerSource['startInference'];
  readonly instrument: Instrument;
  readonly trackInferences: TrackInferences;
  readonly recordGroundTruth: RecordGroundTruth;
  readonly updateResourceMetrics: UpdateResourceMetrics;
  readonly updateDriftMetrics: UpdateDriftMetrics;
}

export interface RecordingSideParts {
  readonly store: SeriesStore;
  readonly dropped: DroppedValues;
  readonly admission: LabelAdmission;
  readonly options: RecorderOptions;
  /** What drift is measured against; default: nothing. */
  readonly references?: ReferenceFeed | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
}

/** More GPUs than a machine has; beyond it somebody makes up indexes. */
const MOST_GPUS = 128;

export function createRecordingSide(parts: RecordingSideParts): RecordingSide {
  const { store, dropped, admission, options, references, now, monotonicMs } = parts;
  const models = new Models(store, dropped, options, admission, references);
  const predictions = createPredictionStore({
    maxPending: options.groundTruth.maxPending,
    expireAfterMs: options.groundTruth.expireAfterMs,
    now: monotonicMs,
  });
  const spans = options.exemplars ? createSampledSpans() : noSpans;
  const hasLabels = options.labels.length > 0;
  const recorder = createInferenceRecorder({ models, dropped, predictions, spans, hasLabels });
  const timers = createTimerSource({ models, recorder, spans, monotonicMs });
  const truths = new GroundTruthCounts(store, models, options.groundTruth.window, now);
  for (const model of options.models) {
    truths.declare(model.name);
  }
  const gauges = createManualGauges(store, dropped, now);
  const instrument = createInstrument(timers);
  const declaredNames = options.models.map((model) => labelText(model.name));
  return {
    trackInference: (record) => recorder.record(record),
    startInference: (modelType, startOptions) => timers.startInference(modelType, startOptions),
    instrument,
    trackInferences: createTrackInferences(instrument),
    recordGroundTruth: createGroundTruth(predictions, {
      truth: (modelType, outcome) => truths.truth(modelType, outcome),
      dropTruth: () => dropped.drop(groundTruth, 'wrong_type', 'recordGroundTruth'),
    }),
    updateResourceMetrics: createResourceUpdate(
      gauges,
      dropped,
      createBoundedLabel(admission, 'gpu_id', 'resources', [], MOST_GPUS),
    ),
    updateDriftMetrics: createDriftUpdate(
      store,
      gauges,
      dropped,
      createBoundedLabel(admission, 'model_type', 'drift', declaredNames, options.limits.models),
    ),
  };
}
