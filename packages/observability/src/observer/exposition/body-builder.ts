/** Collects the text of a body and encodes it in pieces, so that no string ever holds all of it. */
export interface BodyBuilder {
  append(text: string): void;
  /** The bytes of all that was appended, in UTF-8. */
  finish(): Buffer;
}

/** Large enough to make encoding cheap, small enough to stay in the processor's cache. */
const PIECE_LENGTH = 64 * 1024;

export function createBodyBuilder(): BodyBuilder {
  const pieces: Buffer[] = [];
  let pending = '';
  const encodePending = (): void => {
    pieces.push(Buffer.from(pending, 'utf8'));
    pending = '';
  };
  return {
    append(text) {
      pending += text;
      if (pending.length >= PIECE_LENGTH) {
        encodePending();
      }
    },
    finish() {
      encodePending();
      return Buffer.concat(pieces);
    },
  };
}
