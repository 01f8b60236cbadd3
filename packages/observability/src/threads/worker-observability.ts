import { createDroppedValues } from '../diagnostics/dropped-values.ts';
import { diag } from '@opentelemetry/api';
import { BroadcastChannel, MessageChannel, postMessageToThread, threadId } from 'node:worker_threads';
import { observerError, type ObservabilityReady } from '../observer/observer-host.ts';
import type { Observability } from '../observability.ts';
import { createRecordingSide } from '../recording-side.ts';
import { createLabelAdmission } from '../store/label-admission.ts';
import { createSeriesStore } from '../store/series-store.ts';
import { createThreadReferenceFeed, type ThreadReferenceFeed } from './thread-references.ts';
import type { ThreadInvitation } from './thread-invitation.ts';
import type { JoinMessage } from './thread-members.ts';
import { writerOfThread } from './writer-numbers.ts';

/**
 * Observability of a worker thread: it records into slabs of its own, which the observer of the process reads. What it
 * has counted stays when it ends.
 */
export function createWorkerObservability(invitation: ThreadInvitation): Observability {
  const writer = writerOfThread(threadId);
  const channel = new BroadcastChannel(invitation.channel);
  channel.unref();
  join(invitation, writer);
  const store = createSeriesStore({
    writer,
    announce: (announcement) => channel.postMessage(announcement),
    now: Date.now,
  });
  const dropped = createDroppedValues(store, () => performance.now());
  const references = invitation.references && createThreadReferenceFeed(invitation.references);
  const recording = createRecordingSide({
    store,
    references,
    dropped,
    admission: createLabelAdmission(invitation.admission),
    options: invitation.recorder,
    now: Date.now,
    monotonicMs: () => performance.now(),
  });
  const elsewhere = (): void => {
    diag.warn('inferometer: resources are sampled once per process; start and stop them on the main thread.');
  };
  return {
    ...recording,
    ready: settled(references),
    resources: { start: elsewhere, stop: elsewhere },
    createStoreProducer: () => {
      throw new Error('createStoreProducer() works on the thread that called initObservability() first.');
    },
    metricsText: () =>
      Promise.reject(
        observerError('NOT_THE_OWNER', 'metricsText() answers on the thread that called initObservability() first.'),
      ),
    // What is recorded is in shared memory already; the owner's readers push it.
    flush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

async function settled(references: ThreadReferenceFeed | undefined): Promise<ObservabilityReady> {
  await references?.settled;
  return { metricsUrl: undefined };
}

/** Tells the owner of this thread, so that it learns when the thread has ended; nothing waits for it. */
function join(invitation: ThreadInvitation, writer: number): void {
  const { port1, port2 } = new MessageChannel();
  port2.unref();
  const message: JoinMessage = { inferometer: 'join', channel: invitation.channel, writer, port: port1 };
  postMessageToThread(invitation.ownerThread, message, [port1]).catch((error: unknown) => {
    diag.debug(`inferometer: this thread's counts stay in slabs of their own after it ends: ${String(error)}`);
  });
  // Held for as long as the thread lives: a port that is collected as garbage closes.
  heldPorts.add(port2);
}

const heldPorts: Set<unknown> = new Set();
