import { inferenceInFlight, inferencePhase } from '../catalogue/inference-metrics.ts';
import type { LabelAdmission } from '../store/label-admission.ts';
import { slotsOf } from '../store/series-layout.ts';
import type { SeriesStore, SlotBlock } from '../store/series-store.ts';
import { type BoundedLabel, createBoundedLabel } from './bounded-label.ts';
import { labelText, textOf } from './label-text.ts';
import { HistogramSlots } from '../store/histogram-slots.ts';
import { type ModelBuckets, ModelSeries } from './model-series.ts';
import { OVERFLOW_ATTRIBUTE, OVERFLOW_KEY } from './overflow.ts';
import type { ResolvedModel } from '../options/resolved-options.ts';
import type { RecorderOptions } from './recorder-options.ts';

/** Phases have names in the code, not in the data: a service with more than this many has a mistake in it. */
const PHASES_PER_MODEL = 32;

/** Sets of the user's labels with series of their own, per model: a product of labels must not grow without bound. */
const LABEL_SETS_PER_MODEL = 1000;

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
  readonly #store: SeriesStore;
  readonly #attributes: Readonly<Record<string, string | boolean>>;
  readonly #buckets: ModelBuckets;
  readonly #classLabel: BoundedLabel;
  readonly #errorCodeLabel: BoundedLabel;
  readonly #labelTree: LabelTree = new Map();
  readonly #phases = new Map<string | typeof OVERFLOW_KEY, HistogramSlots>();
  readonly #phaseLabel: BoundedLabel;
  readonly #userLabels: readonly BoundedLabel[];
  #inFlight: SlotBlock | undefined;
  #labelSets = 0;

  constructor(
    store: SeriesStore,
    options: RecorderOptions,
    admission: LabelAdmission,
    name: string | undefined,
    declared: ResolvedModel | undefined,
    userLabels: readonly BoundedLabel[],
  ) {
    const scope = name === undefined ? 'overflow' : `model ${name}`;
    const { limits } = options;
    this.name = name;
    this.#store = store;
    this.#userLabels = userLabels;
    this.#attributes = name === undefined ? { [OVERFLOW_ATTRIBUTE]: true } : { model_type: name };
    this.#buckets = {
      latencySeconds: declared?.latencyBucketsSeconds ?? options.latencyBucketsSeconds,
      confidence: declared?.confidenceBuckets ?? options.confidenceBuckets,
      batchSize: declared?.batchSizeBuckets ?? options.batchSizeBuckets,
    };
    this.#classLabel = createBoundedLabel(
      admission,
      'predicted_class',
      scope,
      declared?.classes ?? [],
      limits.classesPerModel,
    );
    this.#errorCodeLabel = createBoundedLabel(
      admission,
      'error_code',
      scope,
      declared?.errorCodes ?? [],
      limits.errorCodesPerModel,
    );
    this.#phaseLabel = createBoundedLabel(admission, 'phase', scope, [], PHASES_PER_MODEL);
    this.series = this.#newSeries(this.#attributes);
    if (declared !== undefined) {
      this.series.declare(declared.classes, declared.errorCodes);
      this.#inFlightSlot();
    }
  }

  /** The series for a label set; `labels` is the caller's object and may hold anything. */
  seriesFor(labels: Readonly<Record<string, unknown>>): ModelSeries {
    let tree = this.#labelTree;
    const last = this.#userLabels.length - 1;
    for (let position = 0; position < last; position++) {
      const branch = tree.get(textOf(labels[this.#userLabels[position]!.name]));
      if (branch === undefined) {
        return this.#newLabelSet(labels);
      }
      tree = branch as LabelTree;
    }
    const leaf = last < 0 ? this.series : tree.get(textOf(labels[this.#userLabels[last]!.name]));
    return leaf === undefined ? this.#newLabelSet(labels) : (leaf as ModelSeries);
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
      const bounds = this.#buckets.latencySeconds;
      const block = this.#store.reserve(slotsOf('histogram', bounds));
      const label = admitted ? { phase } : { [OVERFLOW_ATTRIBUTE]: true };
      histogram = new HistogramSlots(this.#store, block, 0, inferencePhase, { ...this.#attributes, ...label }, bounds);
      this.#phases.set(key, histogram);
    }
    return histogram;
  }

  #newSeries(attributes: Readonly<Record<string, string | boolean>>): ModelSeries {
    return new ModelSeries(this.#store, attributes, this.#buckets, this.#classLabel, this.#errorCodeLabel);
  }

  /**
   * Walks the tree by what the labels become after cutting and limits, so that a million values beyond the limit end
   * in one place, and adds what is missing.
   */
  #newLabelSet(labels: Readonly<Record<string, unknown>>): ModelSeries {
    const attributes: Record<string, string | boolean> = { ...this.#attributes };
    const path: LabelKey[] = [];
    for (const label of this.#userLabels) {
      const given = textOf(labels[label.name]);
      const value = given === undefined ? undefined : labelText(given);
      const admitted = value === undefined || label.admit(value);
      if (value !== undefined && admitted) {
        attributes[label.name] = value;
      }
      if (!admitted) {
        attributes[OVERFLOW_ATTRIBUTE] = true;
      }
      path.push(admitted ? value : OVERFLOW_KEY);
    }
    const fits = this.#find(path) !== undefined || this.#labelSets < LABEL_SETS_PER_MODEL;
    return fits
      ? this.#findOrAdd(path, attributes)
      : this.#findOrAdd(
          this.#userLabels.map(() => OVERFLOW_KEY),
          { ...this.#attributes, [OVERFLOW_ATTRIBUTE]: true },
        );
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
      this.#labelSets += 1;
    }
    return series;
  }
}
