import type { ByteText } from './byte-text.ts';

/** Bytes that lie ready to be copied into bodies. */
export interface ByteRun {
  readonly view: DataView;
  readonly byteCount: number;
}

/** Room for a copy that runs over the end. */
const MARGIN_BYTES = 4;

export function createByteRun(text: ByteText): ByteRun {
  const bytes = Buffer.alloc(text.length + MARGIN_BYTES);
  bytes.write(text, 'latin1');
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), byteCount: text.length };
}
