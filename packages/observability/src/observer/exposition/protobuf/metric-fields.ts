// What each field begins with: its number times 8, and how its value lies on the wire: 0 as a varint, 1 as eight bytes, 2 as
// a length and so many bytes. From number 16 on it takes two bytes.

/**
 * The fields of the messages that are written here, by message.
 *
 * @see https://github.com/prometheus/client_model/blob/v0.6.3/io/prometheus/client/metrics.proto
 */
export const FAMILY = { name: 0x0a, help: 0x12, type: 0x18, metric: 0x22, unit: 0x2a } as const;

export const METRIC = { label: 0x0a, gauge: 0x12, counter: 0x1a, histogram: 0x3a } as const;

export const LABEL = { name: 0x0a, value: 0x12 } as const;

export const GAUGE = { value: 0x09 } as const;

export const COUNTER = { value: 0x09, createdTimestamp: 0x1a } as const;

export const HISTOGRAM = {
  sampleCount: 0x08,
  sampleSum: 0x11,
  bucket: 0x1a,
  schema: 0x28,
  zeroThreshold: 0x31,
  zeroCount: 0x38,
  negativeSpan: 0x4a,
  negativeDelta: 0x50,
  positiveSpan: 0x62,
  positiveDelta: 0x68,
  createdTimestamp: 0x7a,
  exemplars: 0x82,
} as const;

export const BUCKET = { cumulativeCount: 0x08, upperBound: 0x11, exemplar: 0x1a } as const;

export const SPAN = { offset: 0x08, length: 0x10 } as const;

export const EXEMPLAR = { label: 0x0a, value: 0x11, timestamp: 0x1a } as const;

/** Of google.protobuf.Timestamp. */
export const TIMESTAMP = { seconds: 0x08, nanoseconds: 0x10 } as const;
