import { FIRST_BYTES } from './body-builder.ts';

/**
 * Keeps the memory of the last body for the next one: taking megabytes from the system for every scrape, and touching
 * them for the first time, costs as much as writing a third of a body.
 */
export interface BodyMemory {
  /** Memory to write into; `undefined` where there is none that is free. */
  take(): Buffer | undefined;
  /** Gives memory back that nobody reads any more. */
  giveBack(body: Buffer): void;
}

/** Memory that a body filled to less than this share is not worth keeping: there were more series once. */
const MIN_SHARE_USED = 0.25;

/** As much as every body is begun with: to let go of that would mean to get it again. */
const ALWAYS_KEPT_BYTES = FIRST_BYTES;

export function createBodyMemory(): BodyMemory {
  let spare: Buffer | undefined;
  return {
    take(): Buffer | undefined {
      const memory = spare;
      spare = undefined;
      return memory;
    },
    giveBack(body): void {
      const { byteLength } = body.buffer;
      if (byteLength <= ALWAYS_KEPT_BYTES || body.byteLength >= MIN_SHARE_USED * byteLength) {
        spare = Buffer.from(body.buffer, body.byteOffset);
      }
    },
  };
}
