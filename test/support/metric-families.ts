import protobuf from 'protobufjs';

/** A time of protobuf. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export interface LabelPair {
  readonly name: string;
  readonly value: string;
}

export interface ExemplarMessage {
  readonly label: readonly LabelPair[];
  readonly value: number;
  readonly timestamp?: Timestamp;
}

export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
}

export interface HistogramMessage {
  readonly sample_count: number;
  readonly sample_sum: number;
  readonly bucket: readonly {
    readonly cumulative_count: number;
    readonly upper_bound: number;
    readonly exemplar?: ExemplarMessage;
  }[];
  readonly schema?: number;
  readonly zero_threshold?: number;
  readonly zero_count?: number;
  readonly negative_span: readonly BucketSpan[];
  readonly negative_delta: readonly number[];
  readonly positive_span: readonly BucketSpan[];
  readonly positive_delta: readonly number[];
  readonly created_timestamp?: Timestamp;
  readonly exemplars: readonly ExemplarMessage[];
}

export interface MetricMessage {
  readonly label: readonly LabelPair[];
  readonly gauge?: { readonly value: number };
  readonly counter?: { readonly value: number; readonly created_timestamp?: Timestamp };
  readonly histogram?: HistogramMessage;
}

/** `io.prometheus.client.MetricFamily`. */
export interface FamilyMessage {
  readonly name: string;
  readonly help: string;
  readonly type: 'COUNTER' | 'GAUGE' | 'HISTOGRAM';
  readonly metric: readonly MetricMessage[];
  readonly unit?: string;
}

// What client_model 0.6.3 says of the messages, less summaries and counts that are no integers.
const SCHEMA = `
syntax = "proto2";
package io.prometheus.client;
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message LabelPair { optional string name = 1; optional string value = 2; }
enum MetricType { COUNTER = 0; GAUGE = 1; SUMMARY = 2; UNTYPED = 3; HISTOGRAM = 4; GAUGE_HISTOGRAM = 5; }
message Gauge { optional double value = 1; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created_timestamp = 3; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Bucket { optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional Exemplar exemplar = 3; }
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Histogram {
  optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Bucket bucket = 3;
  optional sint32 schema = 5; optional double zero_threshold = 6; optional uint64 zero_count = 7;
  repeated BucketSpan negative_span = 9; repeated sint64 negative_delta = 10;
  repeated BucketSpan positive_span = 12; repeated sint64 positive_delta = 13;
  optional Timestamp created_timestamp = 15; repeated Exemplar exemplars = 16;
}
message Metric {
  repeated LabelPair label = 1; optional Gauge gauge = 2; optional Counter counter = 3; optional Histogram histogram = 7;
}
message MetricFamily {
  optional string name = 1; optional string help = 2; optional MetricType type = 3; repeated Metric metric = 4;
  optional string unit = 5;
}`;

const MetricFamily = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('io.prometheus.client.MetricFamily');

/**
 * Reads a body in Prometheus's protobuf format with protobufjs, and throws unless protobufjs would write the same bytes:
 * known fields alone, in the order of their numbers, and nothing longer than need be.
 */
export function readMetricFamilies(body: Buffer): readonly FamilyMessage[] {
  const families: FamilyMessage[] = [];
  const reader = protobuf.Reader.create(body);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const message = MetricFamily.decodeDelimited(reader);
    const canonical = MetricFamily.encodeDelimited(message).finish();
    if (Buffer.compare(canonical, body.subarray(start, reader.pos)) !== 0) {
      throw new Error(`family ${families.length + 1} is not written as protobufjs would write it`);
    }
    const options = { longs: Number, enums: String, arrays: true };
    families.push(MetricFamily.toObject(message, options) as FamilyMessage);
  }
  return families;
}

/** What Prometheus makes of a metric that has no native histogram: its series and their values. */
export function samplesOf({ name, metric }: FamilyMessage): readonly {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}[] {
  return metric.flatMap(({ label, gauge, counter, histogram }) => {
    const labels = Object.fromEntries(label.map((pair) => [pair.name, pair.value]));
    if (histogram === undefined) {
      return [{ name, labels, value: (gauge ?? counter)!.value }];
    }
    return [
      ...histogram.bucket.map(({ upper_bound: bound, cumulative_count: value }) => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: boundText(bound) },
        value,
      })),
      { name: `${name}_sum`, labels, value: histogram.sample_sum },
      { name: `${name}_count`, labels, value: histogram.sample_count },
    ];
  });
}

/** As the bound is said to be in the text format, where `1.0` and `1e+06` stand for 1 and a million. */
export function boundText(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound);
}

/** What to accept for the protobuf format. */
export const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

/** Scrapes a service in the protobuf format. */
export async function scrapeFamilies(metricsUrl: string): Promise<ReadonlyMap<string, FamilyMessage>> {
  const response = await fetch(metricsUrl, { headers: { accept: PROTOBUF } });
  if (response.headers.get('content-type')?.startsWith('application/vnd.google.protobuf;') !== true) {
    throw new Error(`the answer is ${response.status}, ${response.headers.get('content-type')}`);
  }
  const families = readMetricFamilies(Buffer.from(await response.arrayBuffer()));
  return new Map(families.map((family) => [family.name, family]));
}

/** The exponential buckets of one side that are not empty: index and count. Throws where spans and differences do not fit. */
export function nativeBuckets(
  spans: readonly BucketSpan[],
  deltas: readonly number[],
): readonly (readonly [index: number, count: number])[] {
  const buckets: [number, number][] = [];
  let index = 0;
  let place = 0;
  let count = 0;
  for (const [span, { offset, length }] of spans.entries()) {
    if (span > 0 && offset < 0) {
      throw new Error('a span begins before the end of the last one');
    }
    index += offset;
    for (const end = index + length; index < end; index++) {
      count += deltas[place]!;
      place += 1;
      buckets.push([index, count]);
    }
  }
  if (place !== deltas.length) {
    throw new Error(`spans of ${place} buckets have ${deltas.length} counts`);
  }
  return buckets.filter(([, one]) => one !== 0);
}
