import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { RecorderOptions } from '../inference/recorder-options.ts';

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
  /** Table of the label values that have series of their own, shared by all threads. */
  readonly admission: SharedArrayBuffer;
}

const KEY = 'inferometer.invitation';

export function inviteThreads(invitation: ThreadInvitation | undefined): void {
  setEnvironmentData(KEY, invitation);
}

export function threadInvitation(): ThreadInvitation | undefined {
  return getEnvironmentData(KEY) as ThreadInvitation | undefined;
}
