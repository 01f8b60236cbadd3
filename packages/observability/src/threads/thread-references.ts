import type { ReferenceProfile } from '@inferometer/drift-metrics';
import { BroadcastChannel } from 'node:worker_threads';
import { type DriftCounting, withDriftCounting } from '../inference/drift/drift-package.ts';
import type { ReferenceFeed, ReferenceListener } from '../inference/drift/reference-feed.ts';
import { createReferenceLearner } from '../inference/drift/reference-learner.ts';
import type { DriftReferences, ThreadReference } from '../main-thread/drift-references.ts';
import { warnSafely } from '../diagnostics/warn-safely.ts';

/** What a thread is invited with where models have references. */
export interface ThreadReferences {
  /** `ThreadReference`s as JSON: shared, as an invitation is cloned into each thread that is started. */
  readonly known: SharedArrayBuffer;
  /** Where references are told that come later; absent where none will. */
  readonly channel?: string;
}

type ReferenceMessage =
  | { readonly kind: 'ask' }
  | { readonly kind: 'told'; readonly reference: ThreadReference }
  | { readonly kind: 'learned'; readonly modelType: string; readonly profile: ReferenceProfile };

/** The owner's end: tells other threads of references, and takes those that they have learned. */
export interface SharedReferences {
  close(): void;
}

/** @param invite called with what to invite threads with: at once, and again when more is known */
export function shareReferences(
  channelName: string,
  references: DriftReferences,
  invite: (part: ThreadReferences) => void,
): SharedReferences {
  const channel = references.isPending ? new BroadcastChannel(channelName) : undefined;
  const tell = (reference: ThreadReference): void => {
    channel?.postMessage({ kind: 'told', reference } satisfies ReferenceMessage);
  };
  if (channel !== undefined) {
    channel.onmessage = (event): void => {
      const message = (event as { data: ReferenceMessage }).data;
      if (message.kind === 'learned') {
        references.learned(message.modelType, message.profile);
      } else if (message.kind === 'ask') {
        references.models.forEach(tell);
      }
    };
    channel.unref();
  }
  const inviteNow = (): void => {
    const known = sharedJson(references.models);
    invite(channel === undefined ? { known } : { known, channel: channelName });
  };
  inviteNow();
  let isOver = false;
  references.followReferences((reference) => {
    if (!isOver) {
      tell(reference);
      inviteNow();
    }
  });
  return {
    close: () => {
      isOver = true;
      channel?.close();
    },
  };
}

/** The other threads' end. */
export interface ThreadReferenceFeed extends ReferenceFeed {
  /** Settled once what was known is counted by, or being learned. Never rejected. */
  readonly settled: Promise<void>;
}

export function createThreadReferenceFeed(references: ThreadReferences): ThreadReferenceFeed {
  return new ChannelReferenceFeed(references);
}

class ChannelReferenceFeed implements ThreadReferenceFeed {
  settled: Promise<void> = Promise.resolve();
  readonly #known: readonly ThreadReference[];
  readonly #channel: BroadcastChannel | undefined;
  readonly #hashes = new Map<string, string>();
  /** Of models whose references are learned here: settled once the package that learns is there. */
  readonly #learning = new Map<string, Promise<void>>();

  constructor({ known, channel }: ThreadReferences) {
    this.#known = readSharedJson(known) as readonly ThreadReference[];
    this.#channel = channel === undefined ? undefined : new BroadcastChannel(channel);
  }

  follow(listener: ReferenceListener): void {
    this.settled = this.#follow(listener);
  }

  async #follow(listener: ReferenceListener): Promise<void> {
    try {
      // What is recorded from now on is kept for learning, even where the package comes a moment later.
      this.#known.forEach((reference) => this.#learnOnce(reference, listener));
      await withDriftCounting((counting) => {
        this.#known.forEach((reference) => this.#take(reference, listener, counting));
        this.#listen(listener, counting);
      });
      await Promise.all(this.#learning.values());
    } catch (error) {
      warnSafely(`inferometer: this thread counts nothing for drift: ${String(error)}`);
    }
  }

  #listen(listener: ReferenceListener, counting: DriftCounting): void {
    const channel = this.#channel;
    if (channel === undefined) {
      return;
    }
    channel.onmessage = (event): void => {
      const message = (event as { data: ReferenceMessage }).data;
      if (message.kind === 'told') {
        this.#take(message.reference, listener, counting);
      }
    };
    channel.unref();
    // Something may have come since this thread was invited.
    channel.postMessage({ kind: 'ask' } satisfies ReferenceMessage);
  }

  #take(reference: ThreadReference, listener: ReferenceListener, counting: DriftCounting): void {
    const { modelType, profile } = reference;
    if (profile !== undefined && this.#hashes.get(modelType) !== profile.hash) {
      this.#hashes.set(modelType, profile.hash);
      const layout = counting.createCountLayout(profile);
      listener.bind({ modelType, reference: counting.shortHash(profile), layout });
    } else {
      this.#learnOnce(reference, listener);
    }
  }

  #learnOnce({ modelType, warmUpSamples }: ThreadReference, listener: ReferenceListener): void {
    if (warmUpSamples !== undefined && !this.#learning.has(modelType)) {
      this.#learning.set(modelType, this.#learn(modelType, warmUpSamples, listener));
    }
  }

  async #learn(modelType: string, samples: number, listener: ReferenceListener): Promise<void> {
    const learner = createReferenceLearner(modelType, samples, (profile) => {
      this.#channel?.postMessage({ kind: 'learned', modelType, profile } satisfies ReferenceMessage);
    });
    try {
      listener.learn({ modelType, learner });
      const { createWarmUp } = await import('@inferometer/drift-metrics');
      learner.learnBy(createWarmUp(samples, { modelType }));
    } catch (error) {
      learner.giveUp();
      warnSafely(`inferometer: this thread learns no reference of the model ${modelType}: ${String(error)}`);
    }
  }
}

function sharedJson(value: unknown): SharedArrayBuffer {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

function readSharedJson(shared: SharedArrayBuffer): unknown {
  // A decoder takes no shared memory: it is copied first.
  return JSON.parse(new TextDecoder().decode(new Uint8Array(shared).slice()));
}
