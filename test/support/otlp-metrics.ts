import { type ProtobufField, readFields, readUnsigned, readVarints, readZigzag } from './protobuf-reader.ts';

/** A metric as it was on the wire. */
export interface OtlpMetric {
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  /** Undefined for gauges, which have none. */
  readonly temporality: 'delta' | 'cumulative' | undefined;
  /** Of sums alone. */
  readonly isMonotonic: boolean | undefined;
  readonly points: readonly OtlpPoint[];
}

export interface OtlpPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly startTimeNano: bigint;
  readonly timeNano: bigint;
  /** Of gauges and sums. */
  readonly value?: number;
  /** From here on of histograms. */
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly number[];
  readonly bounds?: readonly number[];
  /** From here on of exponential histograms. */
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: { readonly offset: number; readonly bucketCounts: readonly number[] };
  readonly negative?: { readonly offset: number; readonly bucketCounts: readonly number[] };
}

/** What an export request holds. */
export interface OtlpExport {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly metrics: readonly OtlpMetric[];
}

/** Reads an ExportMetricsServiceRequest (opentelemetry-proto 1.x, `metrics_service.proto` and `metrics.proto`). */
export function readExportRequest(body: Buffer): OtlpExport {
  const resource: Record<string, unknown> = {};
  const metrics: OtlpMetric[] = [];
  for (const resourceMetrics of messages(body, 1)) {
    for (const attributes of messages(resourceMetrics, 1)) {
      Object.assign(resource, readAttributes(attributes, 1));
    }
    for (const scopeMetrics of messages(resourceMetrics, 2)) {
      const scope = messages(scopeMetrics, 1).map((message) => text(message, 1))[0] ?? '';
      metrics.push(...messages(scopeMetrics, 2).map((metric) => readMetric(metric, scope)));
    }
  }
  return { resource, metrics };
}

const metricTypes = new Map<number, OtlpMetric['type']>([
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponentialHistogram'],
]);

const pointReaders = {
  gauge: readNumberPoint,
  sum: readNumberPoint,
  histogram: readHistogramPoint,
  exponentialHistogram: readExponentialHistogramPoint,
};

function readMetric(message: Buffer, scope: string): OtlpMetric {
  const data = readFields(message).find((field) => metricTypes.has(field.number));
  const type = metricTypes.get(data?.number ?? 0);
  if (data === undefined || type === undefined) {
    throw new Error('a metric without data');
  }
  const temporality = varint(data.bytes, 2);
  return {
    scope,
    name: text(message, 1),
    unit: text(message, 3),
    type,
    temporality: temporality === undefined ? undefined : temporality === 1 ? 'delta' : 'cumulative',
    isMonotonic: type === 'sum' ? varint(data.bytes, 3) === 1 : undefined,
    points: messages(data.bytes, 1).map(pointReaders[type]),
  };
}

function readNumberPoint(point: Buffer): OtlpPoint {
  const integer = fieldsOf(point, 6)[0]?.bytes;
  return {
    attributes: readAttributes(point, 7),
    ...times(point),
    value: integer === undefined ? (double(point, 4) ?? Number.NaN) : Number(integer.readBigInt64LE()),
  };
}

function readHistogramPoint(point: Buffer): OtlpPoint {
  return {
    attributes: readAttributes(point, 9),
    ...times(point),
    count: Number(fixed(point, 4)),
    ...optional('sum', double(point, 5)),
    ...optional('min', double(point, 11)),
    ...optional('max', double(point, 12)),
    bucketCounts: packed(point, 6, (bytes, offset) => Number(bytes.readBigUInt64LE(offset))),
    bounds: packed(point, 7, (bytes, offset) => bytes.readDoubleLE(offset)),
  };
}

function readExponentialHistogramPoint(point: Buffer): OtlpPoint {
  return {
    attributes: readAttributes(point, 1),
    ...times(point),
    count: Number(fixed(point, 4)),
    ...optional('sum', double(point, 5)),
    ...optional('min', double(point, 12)),
    ...optional('max', double(point, 13)),
    scale: fieldsOf(point, 6).map((field) => readZigzag(field.bytes))[0] ?? 0,
    zeroCount: Number(fixed(point, 7)),
    positive: readBuckets(messages(point, 8)[0]),
    negative: readBuckets(messages(point, 9)[0]),
  };
}

function readBuckets(message: Buffer = Buffer.alloc(0)): { offset: number; bucketCounts: readonly number[] } {
  return {
    offset: fieldsOf(message, 1).map((field) => readZigzag(field.bytes))[0] ?? 0,
    bucketCounts: fieldsOf(message, 2).flatMap((field) => readVarints(field.bytes)),
  };
}

function times(point: Buffer): Pick<OtlpPoint, 'startTimeNano' | 'timeNano'> {
  return { startTimeNano: fixed(point, 2), timeNano: fixed(point, 3) };
}

function readAttributes(message: Buffer, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(message, number).map((keyValue) => [text(keyValue, 1), readAnyValue(messages(keyValue, 2)[0])]),
  );
}

function readAnyValue(message: Buffer | undefined): unknown {
  const [field] = message === undefined ? [] : readFields(message);
  switch (field?.number) {
    case 1:
      return field.bytes.toString('utf8');
    case 2:
      return readUnsigned(field.bytes) === 1n;
    case 3:
      return Number(BigInt.asIntN(64, readUnsigned(field.bytes)));
    case 4:
      return field.bytes.readDoubleLE();
    case 5:
      return messages(field.bytes, 1).map(readAnyValue);
    default:
      return undefined;
  }
}

function fieldsOf(message: Buffer, number: number): ProtobufField[] {
  return readFields(message).filter((field) => field.number === number);
}

function messages(message: Buffer, number: number): Buffer[] {
  return fieldsOf(message, number).map((field) => field.bytes);
}

function text(message: Buffer, number: number): string {
  return messages(message, number)[0]?.toString('utf8') ?? '';
}

function varint(message: Buffer, number: number): number | undefined {
  return fieldsOf(message, number).map((field) => Number(readUnsigned(field.bytes)))[0];
}

function fixed(message: Buffer, number: number): bigint {
  return fieldsOf(message, number).map((field) => readUnsigned(field.bytes))[0] ?? 0n;
}

function double(message: Buffer, number: number): number | undefined {
  return fieldsOf(message, number).map((field) => field.bytes.readDoubleLE())[0];
}

function packed(message: Buffer, number: number, read: (bytes: Buffer, offset: number) => number): number[] {
  return messages(message, number).flatMap((bytes) =>
    Array.from({ length: bytes.length / 8 }, (_, index) => read(bytes, index * 8)),
  );
}

function optional<Name extends string>(name: Name, value: number | undefined): { [name in Name]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { [name in Name]?: number };
}
