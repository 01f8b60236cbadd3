import { inferenceInFlight, inferencePhase, inferenceRequests } from '../catalogue/inference-metrics.ts';
import type { LabelAdmission } from '../store/label-admission.ts';
import { histogramSlots } from '../store/series-layout.ts';
import { seriesKey } from '../store/series-key.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { type BoundedLabel, createBoundedLabel } from './bounded-label.ts';
import type { DroppedValues } from '../diagnostics/dropped-values.ts';
import { ABORTED_CODE, UNKNOWN_CODE } from './failure-code.ts';
import { labelText, textOf } from './label-text.ts';
import type { DriftCounts } from './drift/drift-counts.ts';
import { HistogramSlots } from '../store/histogram-slots.ts';
import { type ModelBuckets, ModelSeries } from './model-series.ts';
import { OVERFLOW_ATTRIBUTE, OVERFLOW_KEY } from './overflow.ts';
import type { ResolvedModel } from '../options/resolved-options.ts';
import { LABEL_SETS_PER_MODEL, PHASES_PER_MODEL, type RecorderOptions } from './recorder-options.ts';

/** What failures are called that have no code of their own: names from outside must not crowd these out. */
const OWN_ERROR_CODES: readonly string[] = [UNKNOWN_CODE, ABORTED_CODE];

/** Values of the user's labels, from the first label on, down to the series of that label set. */
type LabelTree = Map<LabelKey, LabelTree | ModelSeries>;

/** A label's value; nothing where the caller gave none; the overflow key where it is beyond the limit. */
type LabelKey = string | undefined | typeof OVERFLOW_KEY;

/** One model type: its series, and what all label sets of it share. */
export class Model {
  /** The value of `model_type`; of the model that stands for all beyond the limit, `undefined`. */
  readonly name: string | undefined;
  /** The series without any of the user's labels. */
  readonly series: ModelSeries;
  /** Where predictions are counted by the bins of the reference; undefined where there is none. */
  drift: DriftCounts | undefined;
  readonly #store: SeriesStore;
  readonly #dropped: DroppedValues;
  readonly #attributes: Readonly<Record<string, string | boolean>>;
  readonly #buckets: ModelBuckets;
  readonly #classLabel: BoundedLabel;
  readonly #errorCodeLabel: BoundedLabel;
  readonly #labelTree: LabelTree = new Map();
  readonly #phases = new Map<string | typeof OVERFLOW_KEY, HistogramSlots>();
  readonly #phaseLabel: BoundedLabel;
  readonly #userLabels: readonly BoundedLabel[];
  /** All values of the user's labels together, as one label that is never written. */
  readonly #labelSet: BoundedLabel;
  readonly #allSeries: ModelSeries[] = [];
  #inFlight: SlotBlock | undefined;

  constructor(
    store: SeriesStore,
    dropped: DroppedValues,
    options: RecorderOptions,
    admission: LabelAdmission,
    name: string | undefined,
    declared: ResolvedModel | undefined,
    userLabels: readonly BoundedLabel[],
  ) {
    const scope = name === undefined ? 'overflow' : `model ${name}`;
    const { limits } = options;
    this.name = name;
    this.drift = undefined;
    this.#store = store;
    this.#dropped = dropped;
    this.#userLabels = userLabels;
    this.#attributes = name === undefined ? { [OVERFLOW_ATTRIBUTE]: true } : { model_type: name };
    this.#buckets = {
      latencySeconds: {
        bounds: declared?.latencyBucketsSeconds ?? options.latencyBucketsSeconds,
        hasGrid: options.nativeHistograms,
      },
      confidence: { bounds: declared?.confidenceBuckets ?? options.confidenceBuckets, hasGrid: false },
      batchSize: { bounds: declared?.batchSizeBuckets ?? options.batchSizeBuckets, hasGrid: false },
    };
    this.#classLabel = createBoundedLabel(
      admission,
      'predicted_class',
      scope,
      (declared?.classes ?? []).map(labelText),
      limits.classesPerModel,
    );
    this.#errorCodeLabel = createBoundedLabel(
      admission,
      'error_code',
      scope,
      [...OWN_ERROR_CODES, ...(declared?.errorCodes ?? []).map(labelText)],
      limits.errorCodesPerModel,
    );
    this.#phaseLabel = createBoundedLabel(admission, 'phase', scope, [], PHASES_PER_MODEL);
    this.#labelSet = createBoundedLabel(admission, 'label_set', scope, [], LABEL_SETS_PER_MODEL);
    this.series = this.#newSeries(this.#attributes);
    if (declared !== undefined) {
      this.series.declare(declared.classes, declared.errorCodes);
      this.#inFlightSlot();
    }
  }

  /** The series for a label set; `labels` is the caller's object and may hold anything. */
  seriesFor(labels: Readonly<Record<string, unknown>>): ModelSeries {
    let node: LabelTree | ModelSeries | undefined = this.#labelTree;
    for (let position = 0; position < this.#userLabels.length; position++) {
      const value = labels[this.#userLabels[position]!.name];
      const text = textOf(value);
      const isWrong = text === undefined && value !== undefined && value !== null;
      node = isWrong ? undefined : (node as LabelTree).get(text === '' ? undefined : text);
      if (node === undefined) {
        return this.#newLabelSet(labels);
      }
    }
    return node as ModelSeries;
  }

  setDrift(drift: DriftCounts): void {
    this.drift = drift;
    for (const series of this.#allSeries) {
      series.setDrift(drift);
    }
  }

  addInFlight(change: 1 | -1): void {
    const block = this.#inFlightSlot();
    block.slots[block.index]! += change;
  }

  observePhase(phase: string, seconds: number): void {
    let histogram = this.#phases.get(phase);
    if (histogram === undefined) {
      histogram = this.#newPhase(labelText(phase));
    }
    histogram.observe(seconds);
  }

  #inFlightSlot(): SlotBlock {
    this.#inFlight ??= this.#store.series({ metric: inferenceInFlight, attributes: this.#attributes });
    return this.#inFlight;
  }

  #newPhase(phase: string): HistogramSlots {
    const admitted = this.#phaseLabel.admit(phase);
    const key = admitted ? phase : OVERFLOW_KEY;
    let histogram = this.#phases.get(key);
    if (histogram === undefined) {
      const buckets = this.#buckets.latencySeconds;
      const block = this.#store.reserve(histogramSlots(buckets));
      const label = admitted ? { phase } : { [OVERFLOW_ATTRIBUTE]: true };
      histogram = new HistogramSlots(this.#store, block, 0, inferencePhase, { ...this.#attributes, ...label }, buckets);
      this.#phases.set(key, histogram);
    }
    return histogram;
  }

  #newSeries(attributes: Readonly<Record<string, string | boolean>>): ModelSeries {
    const { drift } = this;
    const labels = [this.#classLabel, this.#errorCodeLabel] as const;
    const series = new ModelSeries(this.#store, attributes, this.#buckets, ...labels, drift);
    this.#allSeries.push(series);
    return series;
  }

  /**
   * Walks the tree by what the labels become after cutting and limits, so that a million values beyond the limit end
   * in one place, and adds what is missing.
   */
  #newLabelSet(labels: Readonly<Record<string, unknown>>): ModelSeries {
    const added: Record<string, string | boolean> = {};
    const path: LabelKey[] = [];
    for (const label of this.#userLabels) {
      const value = this.#labelValue(label.name, labels[label.name]);
      const admitted = value === undefined || label.admit(value);
      if (value !== undefined && admitted) {
        added[label.name] = value;
      }
      if (!admitted) {
        added[OVERFLOW_ATTRIBUTE] = true;
      }
      path.push(admitted ? value : OVERFLOW_KEY);
    }
    const known = this.#find(path);
    if (known !== undefined) {
      return known;
    }
    this.#dropUndeclared(labels);
    const isUnlabelled = path.every((value) => value === undefined);
    const fits = isUnlabelled || (!this.#store.isFull && this.#labelSet.admit(seriesKey(added)));
    return fits
      ? this.#findOrAdd(path, { ...this.#attributes, ...added })
      : this.#findOrAdd(
          this.#userLabels.map(() => OVERFLOW_KEY),
          { ...this.#attributes, [OVERFLOW_ATTRIBUTE]: true },
        );
  }

  #labelValue(name: string, given: unknown): string | undefined {
    const text = textOf(given);
    if (text === undefined && given !== undefined && given !== null) {
      this.#dropped.drop(inferenceRequests, 'wrong_type', `labels.${name}`);
    }
    return text === undefined || text === '' ? undefined : labelText(text);
  }

  /** Looked for once per label set: a name that was mistyped is in the code, so it is in the first record already. */
  #dropUndeclared(labels: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(labels)) {
      if (this.#userLabels.every((label) => label.name !== name)) {
        this.#dropped.drop(inferenceRequests, 'not_declared', `labels.${labelText(name)}`);
      }
    }
  }

  #find(path: readonly LabelKey[]): ModelSeries | undefined {
    let node: LabelTree | ModelSeries | undefined = this.#labelTree;
    for (const value of path) {
      node = (node as LabelTree).get(value);
      if (node === undefined) {
        return undefined;
      }
    }
    return node as ModelSeries;
  }

  #findOrAdd(path: readonly LabelKey[], attributes: Readonly<Record<string, string | boolean>>): ModelSeries {
    let tree = this.#labelTree;
    for (const value of path.slice(0, -1)) {
      let branch = tree.get(value) as LabelTree | undefined;
      if (branch === undefined) {
        branch = new Map();
        tree.set(value, branch);
      }
      tree = branch;
    }
    const last = path.at(-1);
    let series = tree.get(last) as ModelSeries | undefined;
    if (series === undefined) {
      series = path.every((value) => value === undefined) ? this.series : this.#newSeries(attributes);
      tree.set(last, series);
    }
    return series;
  }
}
