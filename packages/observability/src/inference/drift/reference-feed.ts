import type { CountLayout } from '@inferometer/drift-metrics/counting';
import type { ReferenceLearner } from './reference-learner.ts';

/** What the predictions of a model are counted by. */
export interface BoundReference {
  /** Name of the model, as its label has it. */
  readonly modelType: string;
  /** Short hash: the generation of the counts. */
  readonly reference: string;
  readonly layout: CountLayout;
}

/** A reference that is still to be learned of what is recorded. */
export interface LearnedReference {
  readonly modelType: string;
  readonly learner: ReferenceLearner;
}

export interface ReferenceListener {
  /** Counts by this reference from now on; into new slots where it is another one than before. */
  readonly bind: (reference: BoundReference) => void;
  readonly learn: (reference: LearnedReference) => void;
}

/** Where a recording thread hears of references. */
export interface ReferenceFeed {
  /** Tells at once what there is, and later what comes. */
  follow(listener: ReferenceListener): void;
}
