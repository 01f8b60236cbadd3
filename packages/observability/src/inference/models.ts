import { inferenceModelInfo, inferenceRequests } from '../catalogue/inference-metrics.ts';
import type { LabelAdmission } from '../store/label-admission.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { type BoundedLabel, createBoundedLabel } from './bounded-label.ts';
import { DriftCounts } from './drift/drift-counts.ts';
import { type BoundReference, type LearnedReference, type ReferenceFeed } from './drift/reference-feed.ts';
import { isFewToALabel, labelText, textOf } from './label-text.ts';
import { Model } from './model.ts';
import { OVERFLOW_KEY } from './overflow.ts';
import type { ResolvedModel } from '../options/resolved-options.ts';
import type { DroppedValues } from '../diagnostics/dropped-values.ts';
import type { RecorderOptions } from './recorder-options.ts';

/** What an inference is counted under when nobody said which model it was of. */
export const UNKNOWN_MODEL = 'unknown';

/** The models of this thread, found by what callers give as model type. */
export class Models {
  readonly #store: SeriesStore;
  readonly #dropped: DroppedValues;
  readonly #options: RecorderOptions;
  readonly #admission: LabelAdmission;
  readonly #modelLabel: BoundedLabel;
  readonly #userLabels: readonly BoundedLabel[];
  readonly #byGivenType = new Map<unknown, Model>();
  /** Whether anything of a record but its class and its confidence is looked at for drift. */
  watchesFeatures = false;

  constructor(
    store: SeriesStore,
    dropped: DroppedValues,
    options: RecorderOptions,
    admission: LabelAdmission,
    references?: ReferenceFeed,
  ) {
    this.#store = store;
    this.#dropped = dropped;
    this.#options = options;
    this.#admission = admission;
    // The name that stands for "no name" must not be crowded out by names.
    const declared = [UNKNOWN_MODEL, ...options.models.map((model) => labelText(model.name))];
    this.#modelLabel = createBoundedLabel(admission, 'model_type', 'all', declared, options.limits.models);
    this.#userLabels = options.labels.map(({ name, max }) => createBoundedLabel(admission, name, 'labels', [], max));
    for (const model of options.models) {
      this.#declare(model);
    }
    references?.follow({
      bind: (reference) => this.#countDrift(reference),
      learn: (reference) => this.#countDrift(reference),
    });
  }

  /** The model for what the caller gave as type. Never fails; a type that is none becomes `unknown`. */
  get(modelType: unknown): Model {
    return this.#byGivenType.get(modelType) ?? this.#find(modelType);
  }

  #find(modelType: unknown): Model {
    const text = textOf(modelType);
    if (text === undefined && modelType !== undefined && modelType !== null) {
      this.#dropped.drop(inferenceRequests, 'wrong_type', 'modelType');
    }
    const name = text === undefined || text === '' ? UNKNOWN_MODEL : labelText(text);
    const admitted = this.#modelLabel.admit(name);
    const key = admitted ? name : OVERFLOW_KEY;
    let model = this.#byGivenType.get(key);
    if (model === undefined) {
      model = this.#newModel(admitted ? name : undefined, undefined);
      this.#byGivenType.set(key, model);
    }
    if (admitted && isFewToALabel(modelType)) {
      this.#byGivenType.set(modelType, model);
    }
    return model;
  }

  #declare(declared: ResolvedModel): void {
    const name = labelText(declared.name);
    const model = this.#newModel(name, declared);
    this.#byGivenType.set(name, model);
    const info = this.#store.series({
      metric: inferenceModelInfo,
      attributes: {
        model_type: name,
        model_version: labelText(declared.version ?? ''),
        owner: labelText(declared.owner ?? ''),
      },
    });
    info.slots[info.index] = 1;
  }

  #countDrift(reference: BoundReference | LearnedReference): void {
    const drift = new DriftCounts(this.#store, reference);
    this.watchesFeatures ||= drift.hasMore;
    this.get(reference.modelType).setDrift(drift);
  }

  #newModel(name: string | undefined, declared: ResolvedModel | undefined): Model {
    return new Model(this.#store, this.#dropped, this.#options, this.#admission, name, declared, this.#userLabels);
  }
}
