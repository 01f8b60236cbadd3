/**
 * Text as its UTF-8 bytes, a character for each byte: what is written again and again is encoded once, and its length
 * is its length on the wire. Plain ASCII is its own byte text.
 */
export type ByteText = string;

/** @param text any text; lone surrogates become U+FFFD */
export function byteText(text: string): ByteText {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
