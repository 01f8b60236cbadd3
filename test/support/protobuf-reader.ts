/** A field of a protobuf message: varints and fixed numbers as they are on the wire, all else as bytes. */
export interface ProtobufField {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wireType: number;
  readonly bytes: Buffer;
}

/** The fields of a message, in the order in which they came. Throws for what is no protobuf. */
export function readFields(message: Buffer): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let offset = 0;
  while (offset < message.length) {
    const tag = readVarint(message, offset);
    const wireType = Number(tag.value & 7n);
    offset = tag.end;
    let end = offset;
    if (wireType === 0) {
      end = readVarint(message, offset).end;
    } else if (wireType === 1) {
      end += 8;
    } else if (wireType === 5) {
      end += 4;
    } else if (wireType === 2) {
      const length = readVarint(message, offset);
      offset = length.end;
      end = offset + Number(length.value);
    } else {
      throw new Error(`wire type ${wireType}`);
    }
    if (end > message.length) {
      throw new Error('the message ends within a field');
    }
    fields.push({ number: Number(tag.value >> 3n), wireType, bytes: message.subarray(offset, end) });
    offset = end;
  }
  return fields;
}

/** All varints that stand one after the other in `bytes`, as in a packed field. */
export function readVarints(bytes: Buffer): number[] {
  const values: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const { value, end } = readVarint(bytes, offset);
    values.push(Number(value));
    offset = end;
  }
  return values;
}

export function readUnsigned(bytes: Buffer): bigint {
  return bytes.length === 8 ? bytes.readBigUInt64LE() : readVarint(bytes, 0).value;
}

/** A signed number in zigzag encoding, as `sint32` is. */
export function readZigzag(bytes: Buffer): number {
  const { value } = readVarint(bytes, 0);
  return Number((value >> 1n) ^ -(value & 1n));
}

function readVarint(message: Buffer, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let offset = start, shift = 0n; offset < message.length; offset++, shift += 7n) {
    const byte = message[offset] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return { value, end: offset + 1 };
    }
  }
  throw new Error('the message ends within a number');
}
