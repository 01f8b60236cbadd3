import { diag } from '@opentelemetry/api';
import type { DriftAlert, ReferenceProfile } from '@inferometer/drift-metrics';
import { driftAlerts } from '../catalogue/drift-metrics.ts';
import { type DriftCounting, withDriftCounting } from '../inference/drift/drift-package.ts';
import type {
  BoundReference,
  LearnedReference,
  ReferenceFeed,
  ReferenceListener,
} from '../inference/drift/reference-feed.ts';
import { createReferenceLearner } from '../inference/drift/reference-learner.ts';
import { labelText } from '../inference/label-text.ts';
import type { DriftModel, DriftModels, NumberedAlert } from '../observer/drift/drift-model.ts';
import type { ResolvedModel, ResolvedOptions } from '../options/resolved-options.ts';
import type { SeriesStore } from '../store/series-store.ts';

/** The references of a process, kept by the thread that owns the observer. */
export interface DriftReferences extends ReferenceFeed, DriftModels {
  /** Settled once each reference is counted by, or is known to be of no use. Never rejected. */
  readonly settled: Promise<void>;
  /** Counts by a reference that was learned, unless the model has one by now. */
  learned(modelType: string, profile: ReferenceProfile): void;
  /** Whether a reference may still come: one that is learned, or while the package is being loaded. */
  readonly isPending: boolean;
  /** What other threads have to know. */
  readonly models: readonly ThreadReference[];
  /** Tells `sink` what comes to be known from now on. */
  followReferences(sink: (reference: ThreadReference) => void): void;
}

/** A model's reference as other threads are told of it. */
export interface ThreadReference {
  readonly modelType: string;
  readonly profile?: ReferenceProfile;
  /** Where the reference is to be learned and is not yet. */
  readonly warmUpSamples?: number;
}

export interface DriftReferencesParts {
  readonly options: Pick<ResolvedOptions, 'drift' | 'models'>;
  readonly store: SeriesStore;
  readonly onDriftAlert: ((alert: DriftAlert) => void) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Undefined where there is nothing to compare with, or drift is switched off. */
export function createDriftReferences(parts: DriftReferencesParts): DriftReferences | undefined {
  const { drift, models } = parts.options;
  const withReference = models.filter(({ reference }) => reference !== undefined);
  return drift === false || withReference.length === 0
    ? undefined
    : new OwnedReferences(parts, drift.settings.panes, withReference);
}

interface Entry {
  readonly modelType: string;
  model: DriftModel;
  bound: BoundReference | undefined;
  learning: LearnedReference | undefined;
  thread: ThreadReference;
  /** As in `WatchedReference`. */
  readonly toldAlerts: number[];
}

class OwnedReferences implements DriftReferences {
  readonly settled: Promise<void>;
  readonly #parts: DriftReferencesParts;
  readonly #panes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<ReferenceListener>();
  readonly #sinks = new Set<(model: DriftModel) => void>();
  readonly #references = new Set<(reference: ThreadReference) => void>();
  readonly #isLearning: boolean;
  #counting: DriftCounting | undefined;

  constructor(parts: DriftReferencesParts, panes: number, models: readonly ResolvedModel[]) {
    this.#parts = parts;
    this.#panes = panes;
    this.#isLearning = models.some(({ reference }) => warmUpSamples(reference) !== undefined);
    for (const { name, reference } of models) {
      const modelType = labelText(name);
      const samples = warmUpSamples(reference);
      this.#entries.set(modelType, {
        modelType,
        model: { modelType },
        bound: undefined,
        learning: samples === undefined ? undefined : this.#learningOf(modelType, samples),
        thread: samples === undefined ? { modelType } : { modelType, warmUpSamples: samples },
        toldAlerts: [],
      });
    }
    this.settled = this.#load(models);
  }

  get isPending(): boolean {
    return this.#counting === undefined || this.#isLearning;
  }

  get models(): readonly ThreadReference[] {
    return [...this.#entries.values()].map(({ thread }) => thread);
  }

  follow(listener: ReferenceListener): void {
    this.#listeners.add(listener);
    for (const { bound, learning } of this.#entries.values()) {
      if (bound !== undefined) {
        listener.bind(bound);
      } else if (learning !== undefined) {
        listener.learn(learning);
      }
    }
  }

  followModels(sink: (model: DriftModel) => void): () => void {
    this.#sinks.add(sink);
    for (const entry of this.#entries.values()) {
      sink(withToldAlerts(entry));
    }
    return () => this.#sinks.delete(sink);
  }

  followReferences(sink: (reference: ThreadReference) => void): void {
    this.#references.add(sink);
  }

  accept({ alert, number }: NumberedAlert): void {
    const told = this.#entries.get(alert.modelType)?.toldAlerts;
    const type = this.#counting?.ALERT_TYPES.indexOf(alert.alertType) ?? -1;
    if (told === undefined || type === -1 || number <= (told[type] ?? 0)) {
      return;
    }
    told[type] = number;
    void tell(this.#parts.onDriftAlert, alert);
  }

  learned(modelType: string, profile: ReferenceProfile): void {
    const entry = this.#entries.get(modelType);
    if (entry !== undefined && entry.bound === undefined && this.#counting !== undefined) {
      this.#bind(entry, profile, this.#counting);
    }
  }

  async #load(models: readonly ResolvedModel[]): Promise<void> {
    try {
      await withDriftCounting((counting) => {
        this.#counting = counting;
        models.forEach((model) => this.#loadModel(model, counting));
      });
      await this.#learn(models);
    } catch (error) {
      this.#entries.forEach(({ learning }) => learning?.learner.giveUp());
      diag.error(`inferometer: no drift is computed, @inferometer/drift-metrics cannot be loaded: ${String(error)}`);
    }
  }

  #loadModel({ name, reference }: ResolvedModel, counting: DriftCounting): void {
    const entry = this.#entries.get(labelText(name))!;
    if (warmUpSamples(reference) !== undefined) {
      return;
    }
    try {
      const expected = { modelType: name };
      const profile =
        typeof reference === 'string'
          ? counting.loadReferenceProfile(pathOf(reference), expected)
          : counting.checkReferenceProfile(reference, `options.models.${name}.reference`, expected);
      this.#bind(entry, profile, counting);
    } catch (error) {
      diag.error(
        `inferometer: no drift for the model ${name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #learningOf(modelType: string, samples: number): LearnedReference {
    const learner = createReferenceLearner(modelType, samples, (profile) => this.learned(modelType, profile));
    return { modelType, learner };
  }

  /** Warm-ups need more of the package than counting does; until it is there, learners keep what is recorded. */
  async #learn(models: readonly ResolvedModel[]): Promise<void> {
    const learning = models.filter(({ reference }) => warmUpSamples(reference) !== undefined);
    if (learning.length === 0) {
      return;
    }
    const { now } = this.#parts;
    const { createWarmUp } = await import('@inferometer/drift-metrics');
    for (const { name, version, reference } of learning) {
      const entry = this.#entries.get(labelText(name))!;
      const samples = warmUpSamples(reference)!;
      const warmUp = createWarmUp(samples, { modelType: entry.modelType, modelVersion: version, now });
      entry.learning!.learner.learnBy(warmUp);
    }
  }

  #bind(entry: Entry, profile: ReferenceProfile, counting: DriftCounting): void {
    const { modelType } = entry;
    const { store, now } = this.#parts;
    const layout = counting.createCountLayout(profile);
    const length = counting.stateLength(layout, this.#panes);
    const block = store.reserve(length);
    // What has been raised is counted within the state: where an observer ends, neither is without the other.
    for (const [type, alertType] of counting.ALERT_TYPES.entries()) {
      store.announce(block, counting.ALERT_COUNTS_AT + type, {
        metric: driftAlerts,
        attributes: { alert_type: alertType, model_type: modelType },
      });
    }
    // Where another thread was the first to learn, what this one has kept is of no use any more.
    entry.learning?.learner.giveUp();
    entry.bound = { modelType, reference: counting.shortHash(profile), layout };
    entry.thread = { modelType, profile };
    entry.model = {
      modelType,
      watched: {
        profile,
        slab: block.slots.buffer as SharedArrayBuffer,
        index: block.index,
        length,
        boundAtMs: now(),
        toldAlerts: [],
      },
    };
    this.#listeners.forEach((listener) => listener.bind(entry.bound!));
    this.#sinks.forEach((sink) => sink(withToldAlerts(entry)));
    this.#references.forEach((sink) => sink(entry.thread));
  }
}

/** As things stand now: the alerts that an earlier observer told before it ended are not to be told again. */
function withToldAlerts({ model, toldAlerts }: Entry): DriftModel {
  return model.watched === undefined ? model : { ...model, watched: { ...model.watched, toldAlerts: [...toldAlerts] } };
}

function warmUpSamples(reference: ResolvedModel['reference']): number | undefined {
  return typeof reference === 'object' && 'warmUp' in reference
    ? (reference['warmUp'] as { readonly samples: number }).samples
    : undefined;
}

function pathOf(reference: string): string {
  return reference.startsWith('file:') ? process.getBuiltinModule('node:url').fileURLToPath(reference) : reference;
}

/** What the callback throws, or rejects with later, is its own affair. */
async function tell(callback: ((alert: DriftAlert) => unknown) | undefined, alert: DriftAlert): Promise<void> {
  try {
    await callback?.(alert);
  } catch (error) {
    diag.error('inferometer: onDriftAlert failed', error);
  }
}
