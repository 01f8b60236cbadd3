import {
  BroadcastChannel,
  getEnvironmentData,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  setEnvironmentData,
} from 'node:worker_threads';
import type { RecorderOptions } from '../inference/recorder-options.ts';
import type { ThreadReferences } from './thread-references.ts';
import type { LogLevel } from '../options/resolved-options.ts';

/**
 * What a worker thread needs to count into the series of its process. Every thread that is started after
 * `initObservability()` inherits it, nested ones too, so that joining needs no answer from anybody.
 */
export interface ThreadInvitation {
  /** Channel on which series are announced. */
  readonly channel: string;
  /** Thread that owns the observer. */
  readonly ownerThread: number;
  readonly recorder: RecorderOptions;
  readonly logLevel: LogLevel;
  /** Table of the label values that have series of their own, shared by all threads. */
  readonly admission: SharedArrayBuffer;
  /** Where models have references. */
  readonly references?: ThreadReferences;
}

type InvitationMessage =
  /** The element is set to 1, and who waits for it is woken, once the answer has been posted. */
  | { readonly kind: 'ask'; readonly answered: Int32Array }
  | { readonly kind: 'invitation'; readonly invitation: ThreadInvitation };

const KEY = 'inferometer.invitation';

/** Name of the channel on which threads ask that were started before there was anything to inherit. */
const CHANNEL = 'inferometer.invitations';

/** The observer's thread answers in a millisecond. Who waits in vain, where there is no observer, waits but once. */
const ANSWER_TIMEOUT_MS = 100;

export function inviteThreads(invitation: ThreadInvitation | undefined): void {
  setEnvironmentData(KEY, invitation);
}

/**
 * Answers threads that were started before `inviteThreads` was called. The owner does so, and the observer's thread for
 * the time when the owner is blocked.
 *
 * @returns ends the answering
 */
export function answerThreads(invitation: ThreadInvitation): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event): void => {
    const message = (event as { data: InvitationMessage }).data;
    if (message.kind === 'ask') {
      channel.postMessage({ kind: 'invitation', invitation } satisfies InvitationMessage);
      Atomics.store(message.answered, 0, 1);
      Atomics.notify(message.answered, 0);
    }
  };
  channel.unref();
  return () => channel.close();
}

/** The invitation that this thread has inherited, or is given when it asks; `undefined` where it is on its own. */
export function threadInvitation(): ThreadInvitation | undefined {
  const inherited = getEnvironmentData(KEY) as ThreadInvitation | undefined;
  return inherited ?? (isMainThread ? undefined : askForInvitation());
}

function askForInvitation(): ThreadInvitation | undefined {
  const channel = new BroadcastChannel(CHANNEL);
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  channel.postMessage({ kind: 'ask', answered } satisfies InvitationMessage);
  Atomics.wait(answered, 0, 0, ANSWER_TIMEOUT_MS);
  let invitation: ThreadInvitation | undefined;
  // Other threads may ask at the same time.
  for (let message = receive(channel); message !== undefined; message = receive(channel)) {
    invitation ??= message.kind === 'invitation' ? message.invitation : undefined;
  }
  channel.close();
  return invitation;
}

function receive(channel: BroadcastChannel): InvitationMessage | undefined {
  // It takes either, but its type says ports only.
  return receiveMessageOnPort(channel as unknown as MessagePort)?.message as InvitationMessage | undefined;
}
