/** Wire types of protocol buffers: https://protobuf.dev/programming-guides/encoding/ */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A field of a message: its number and its value; texts and messages are bytes. */
export type Field = readonly [number: number, value: number | string | Uint8Array];

/** Encodes a message; as much of protocol buffers as a small ONNX model needs. */
export function message(...fields: readonly Field[]): Uint8Array {
  const encoded = fields.map(([number, value]) => {
    if (typeof value === 'number') {
      return Buffer.from([...varint((number << 3) | VARINT), ...varint(value)]);
    }
    const content = typeof value === 'string' ? Buffer.from(value) : value;
    return Buffer.concat([
      Buffer.from([...varint((number << 3) | LENGTH_DELIMITED), ...varint(content.length)]),
      content,
    ]);
  });
  return Buffer.concat(encoded);
}

/** @param value an integer from 0 to 2^31 - 1 */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    groups.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...groups, rest];
}
