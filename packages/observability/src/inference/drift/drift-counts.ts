import type { PredictionRow } from '@inferometer/drift-metrics';
import type { BinnedSignalLayout, CountLayout, SignalBins } from '@inferometer/drift-metrics/counting';
import { driftLiveCount } from '../../catalogue/drift-metrics.ts';
import type { DroppedValues } from '../../diagnostics/dropped-values.ts';
import { type BucketSearch, bucketSearch } from '../../store/bucket-search.ts';
import type { SeriesStore } from '../../store/series-store.ts';
import { featureReader, type FeatureReader } from './feature-readers.ts';
import type { BoundReference, LearnedReference } from './reference-feed.ts';
import type { ReferenceLearner } from './reference-learner.ts';

/** A confidence that is no number from 0 to 1, on its way among numbers; added to the end of the bins it gives the bin. */
export const OTHER_CONFIDENCE = -2;
export const MISSING_CONFIDENCE = -1;

/**
 * Counts the predictions of one model on one thread into the bins of its reference, which lie side by side in shared
 * memory. A signal that the reference does not have is counted in a slot that nobody reads: so counting has no branches.
 */
export class DriftCounts {
  // `declare` for the reason given in BucketSearch.
  declare readonly slots: Float64Array;
  declare readonly confidenceSearch: BucketSearch;
  /** Slots of the buckets that the search finds. */
  declare readonly confidenceSlots: readonly number[];
  /** Whether `countMore` has something to do. */
  declare readonly hasMore: boolean;
  readonly #spare: number;
  readonly #confidenceEnd: number;
  readonly #classes: BinnedSlots | undefined;
  readonly #confidence: BinnedSlots | undefined;
  readonly #features: readonly FeatureSlots[];
  readonly #learner: ReferenceLearner | undefined;

  /** @param reference what to count by, or what is to be learned before there is anything to count by */
  constructor(store: SeriesStore, reference: BoundReference | LearnedReference) {
    this.#learner = 'learner' in reference ? reference.learner : undefined;
    const layout = 'layout' in reference ? reference.layout : NO_SIGNALS;
    const bins = layout.signals.flatMap(({ key, bins: { labels } }) => labels.map((bin) => ({ signal: key, bin })));
    const block = store.reserve(bins.length + 1);
    if ('layout' in reference) {
      const attributes = { model_type: reference.modelType, reference: reference.reference };
      store.announce(block, 0, { metric: driftLiveCount, attributes, bins });
    }
    this.slots = block.slots;
    this.#spare = block.index + bins.length;
    const ofRole = (role: string): BinnedSlots[] => slotsOfRole(layout, role, block.index);
    this.#classes = ofRole('class')[0];
    this.#confidence = ofRole('confidence')[0];
    this.#features = ofRole('feature').map((feature) => new FeatureSlots(feature));
    const { bounds, slots } = searchOf(this.#confidence, this.#spare);
    this.confidenceSearch = bucketSearch(bounds);
    this.confidenceSlots = slots;
    this.#confidenceEnd = this.#confidence === undefined ? -1 : this.#confidence.index + this.#confidence.bins.length;
    this.hasMore = this.#features.length > 0 || this.#learner !== undefined;
  }

  /** The slot of a class that is known by this text. */
  classSlot(text: string): number {
    return this.#classes === undefined ? this.#spare : this.#classes.index + this.#classes.bins.binOf(text);
  }

  /** @param predictedClass whatever the caller gave */
  countClass(predictedClass: unknown): void {
    if (this.#classes !== undefined) {
      this.slots[this.#classes.index + this.#classes.bins.binOf(predictedClass)]!++;
    }
  }

  /** @param confidence from 0 to 1 */
  countConfidence(confidence: number): void {
    this.slots[this.confidenceSlots[this.confidenceSearch.find(confidence)]!]!++;
  }

  countOddConfidence(kind: number): void {
    if (this.#confidence !== undefined) {
      this.slots[this.#confidenceEnd + kind]!++;
    }
  }

  /**
   * Counts the features of a prediction, or keeps the prediction where the reference is still to be learned.
   *
   * @param features the caller's object, which may hold anything
   */
  countMore(predictedClass: unknown, confidence: number, features: unknown, dropped: DroppedValues): void {
    if (this.#learner === undefined) {
      this.#countFeatures(features, dropped);
    } else {
      this.#learner.add(predictionOf(predictedClass, confidence, features));
    }
  }

  #countFeatures(features: unknown, dropped: DroppedValues): void {
    if (typeof features !== 'object' || features === null) {
      if (features !== undefined && features !== null) {
        dropped.drop(driftLiveCount, 'wrong_type', 'features');
      }
      return;
    }
    const { slots } = this;
    for (const feature of this.#features) {
      try {
        const value =
          feature.isInherited && !Object.hasOwn(features, feature.name)
            ? undefined
            : feature.read(features as Readonly<Record<string, unknown>>, feature.name);
        if (typeof value === 'number' && feature.search !== undefined && !Number.isNaN(value)) {
          slots[feature.searchSlots[feature.search.find(value)]!]!++;
        } else {
          slots[feature.index + feature.bins.binOf(value)]!++;
        }
      } catch {
        dropped.drop(driftLiveCount, 'unreadable', 'features');
      }
    }
  }
}

const NO_SIGNALS: CountLayout = { length: 0, signals: [], performance: undefined };

function predictionOf(predictedClass: unknown, confidence: number, features: unknown): PredictionRow {
  // What is no class or feature becomes `other` or `missing` by the rules of references.
  return {
    predictedClass: predictedClass as PredictionRow['predictedClass'],
    confidence: confidence >= 0 ? confidence : undefined,
    features: typeof features === 'object' && features !== null ? (features as PredictionRow['features']) : undefined,
  };
}

interface BinnedSlots {
  readonly name: string;
  readonly signal: BinnedSignalLayout['signal'];
  readonly index: number;
  readonly bins: SignalBins;
}

class FeatureSlots {
  readonly name: string;
  readonly read: FeatureReader;
  readonly index: number;
  readonly bins: SignalBins;
  /** What every object inherits is no feature of this one. */
  readonly isInherited: boolean;
  /** Of numbers alone. */
  readonly search: BucketSearch | undefined;
  readonly searchSlots: readonly number[];

  constructor(feature: BinnedSlots) {
    const { bounds, slots } = searchOf(feature, feature.index);
    this.name = feature.name;
    this.read = featureReader(feature.name);
    this.index = feature.index;
    this.bins = feature.bins;
    this.isInherited = feature.name in Object.prototype;
    this.search = feature.signal.type === 'numeric' ? bucketSearch(bounds) : undefined;
    this.searchSlots = slots;
  }
}

function slotsOfRole(layout: CountLayout, role: string, start: number): BinnedSlots[] {
  return layout.signals
    .filter(({ signal }) => signal.role === role)
    .map(({ signal, bins, offset }) => ({
      name: signal.name,
      signal,
      bins,
      index: start + offset,
    }));
}

/** The bins of a number as buckets, which are found in half the time that `binOf` takes (bench `drift`). */
function searchOf(
  numbers: BinnedSlots | undefined,
  spare: number,
): { readonly bounds: readonly number[]; readonly slots: readonly number[] } {
  if (numbers?.signal.type !== 'numeric') {
    return { bounds: [], slots: [spare] };
  }
  const { index, signal } = numbers;
  if (signal.constant === undefined) {
    return { bounds: signal.edges, slots: [...signal.edges, 0].map((_, bin) => index + bin) };
  }
  const other = index + 1;
  return { bounds: [nextBelow(signal.constant), signal.constant], slots: [other, index, other] };
}

/** The largest number that is less. */
function nextBelow(value: number): number {
  if (value === 0) {
    return -Number.MIN_VALUE;
  }
  const bits = new BigInt64Array(1);
  const number = new Float64Array(bits.buffer);
  number[0] = value;
  bits[0]! -= value > 0 ? 1n : -1n;
  return number[0];
}
