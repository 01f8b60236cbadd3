import { byteText, type ByteText } from '../byte-text.ts';

/** A field that holds any text. */
export function textField(tag: number, text: string): ByteText {
  return bytesField(tag, byteText(text));
}

/** A field that holds bytes, such as those of another message. @param tag of a field below number 16 */
export function bytesField(tag: number, bytes: ByteText): ByteText {
  return String.fromCharCode(tag, ...varint(bytes.length)) + bytes;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
