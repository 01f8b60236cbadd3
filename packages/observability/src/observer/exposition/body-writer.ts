import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createBodyBuilder, type BodyBuilder } from './body-builder.ts';
import type { ByteText } from './byte-text.ts';
import type { ExpositionFormat, FamilyHead } from './exposition-format.ts';
import { groupFamilies, type MetricFamily } from './metric-families.ts';
import { isNativeFamily } from './native-family.ts';
import { createScopeOrder } from './scope-order.ts';
import { createSeriesWriterParts, type SeriesWriterParts } from './series-writer-parts.ts';
import { createSeriesWriter, type SeriesWriter } from './series-writer.ts';
import { textFormat } from './text/text-formats.ts';

/** Writes collected metrics in a format of Prometheus. */
export interface BodyWriter {
  /**
   * Writes metrics of any origin as a body that Prometheus accepts whole. What would break it is left out and told:
   * a metric whose type or names clash with an earlier one's, a series that is there already, a value that is no
   * number. Takes time and memory in proportion to the number of series.
   *
   * @param format default the text format 0.0.4
   * @param memory where to write; other memory takes its place once it is too short
   */
  writeBody(resourceMetrics: ResourceMetrics, format?: ExpositionFormat, memory?: Buffer): WrittenBody;
  /** The same in steps of a millisecond or two, between which others can have their turn. */
  stepsOf(
    resourceMetrics: ResourceMetrics,
    format: ExpositionFormat,
    memory?: Buffer,
  ): Generator<undefined, WrittenBody, undefined>;
}

/** A body and what could not be written into it. */
export interface WrittenBody {
  /** A text is UTF-8 and ends with a newline. */
  readonly body: Buffer;
  /** How many series are in it; a histogram is one. */
  readonly seriesCount: number;
  /** One sentence for each metric that is not there as it was told; empty almost always. */
  readonly problems: readonly string[];
}

/** Options of {@link createBodyWriter}. */
export interface BodyWriterOptions {
  /** Whether the resource is written as `target_info`; default true. */
  readonly targetInfo?: boolean;
  /** Whether OpenMetrics tells when counters and histograms began, a line for each; default false. Protobuf always does. */
  readonly createdTimestamps?: boolean;
}

const TARGET_INFO: FamilyHead = { name: 'target_info', type: 'info', help: 'Target metadata', unit: '' };

/** Histograms take some microseconds each, so a step takes a millisecond at most. */
const SERIES_PER_STEP = 256;

/** Histograms with hundreds of buckets take a fifth of a millisecond for 8 KB: two milliseconds at most. */
const BYTES_PER_STEP = 64 * 1024;

/** A writer that remembers label texts from one body to the next: keep one for each reader. */
export function createBodyWriter({ targetInfo = true, createdTimestamps = false }: BodyWriterOptions = {}): BodyWriter {
  return new FamilyBodyWriter(targetInfo, createdTimestamps);
}

class FamilyBodyWriter implements BodyWriter {
  readonly #targetInfo: boolean;
  readonly #partsIn: (format: ExpositionFormat) => SeriesWriterParts;
  readonly #inOrder = createScopeOrder();

  constructor(targetInfo: boolean, createdTimestamps: boolean) {
    this.#targetInfo = targetInfo;
    this.#partsIn = createSeriesWriterParts(createdTimestamps);
  }

  writeBody(resourceMetrics: ResourceMetrics, format: ExpositionFormat = textFormat, memory?: Buffer): WrittenBody {
    const steps = this.stepsOf(resourceMetrics, format, memory);
    let step = steps.next();
    while (step.done !== true) {
      step = steps.next();
    }
    return step.value;
  }

  *stepsOf(
    { resource, scopeMetrics }: ResourceMetrics,
    format: ExpositionFormat,
    memory?: Buffer,
  ): Generator<undefined, WrittenBody, undefined> {
    const problems: string[] = [];
    const body = createBodyBuilder(memory);
    const parts = this.#partsIn(format);
    const infoLabels = this.#targetInfo ? parts.labels.of(resource.attributes) : '';
    const infoNames = infoLabels === '' ? [] : format.namesOf(TARGET_INFO.name, TARGET_INFO.type);
    const families = groupFamilies(this.#inOrder(scopeMetrics), format, infoNames, problems);
    let seriesCount = 0;
    if (infoLabels !== '') {
      format.beginFamily(body, TARGET_INFO);
      parts.numbers[TARGET_INFO.type](TARGET_INFO.name).write(body, infoLabels, 1, undefined);
      format.endFamily(body, TARGET_INFO, 0);
      seriesCount += 1;
    }
    for (const family of families) {
      seriesCount += yield* stepsOfFamily(family, format, parts, body, problems);
    }
    appendText(body, seriesCount === 0 ? format.idle + format.end : format.end);
    return { body: body.finish(), seriesCount, problems };
  }
}

/** @returns how many series were written */
function* stepsOfFamily(
  family: MetricFamily,
  format: ExpositionFormat,
  parts: SeriesWriterParts,
  body: BodyBuilder,
  problems: string[],
): Generator<undefined, number, undefined> {
  const start = body.length;
  format.beginFamily(body, family);
  const isNative = format.tellsNative && isNativeFamily(family);
  const written: WrittenSeries = { count: 0, labels: new Set() };
  for (const metric of family.parts) {
    const writer = createSeriesWriter(metric, family, isNative, parts);
    const isChecked = !writer.areDistinct || family.parts.length > 1;
    const leftOut = new Map<string, number>();
    while (!writeSome(writer, body, written, isChecked, leftOut)) {
      yield;
    }
    for (const [reason, count] of leftOut) {
      problems.push(`${count} series of ${family.name} are left out: ${reason}`);
    }
  }
  if (written.count === 0) {
    body.cutTo(start);
  } else {
    format.endFamily(body, family, start);
  }
  return written.count;
}

/** What a family has so far. */
interface WrittenSeries {
  count: number;
  /** Of those that may come again. */
  readonly labels: Set<ByteText>;
}

/** @returns whether there are no more */
function writeSome(
  writer: SeriesWriter,
  body: BodyBuilder,
  written: WrittenSeries,
  isChecked: boolean,
  leftOut: Map<string, number>,
): boolean {
  const endOfStep = body.length + BYTES_PER_STEP;
  for (let count = 0; count < SERIES_PER_STEP && body.length < endOfStep; count++) {
    const { done, value: series } = writer.series.next();
    if (done === true) {
      return true;
    }
    const start = body.length;
    let refusal = 'series with the same labels came first';
    try {
      const labels = writer.labelsOf(series);
      if (!isChecked || !written.labels.has(labels)) {
        writer.write(body, labels, series);
        // A value that nobody tells any more is no series.
        if (body.length > start) {
          written.count += 1;
          if (isChecked) {
            written.labels.add(labels);
          }
        }
        continue;
      }
    } catch (error) {
      body.cutTo(start);
      refusal = error instanceof Error ? error.message : 'they cannot be read';
    }
    leftOut.set(refusal, (leftOut.get(refusal) ?? 0) + 1);
  }
  return false;
}

function appendText(body: BodyBuilder, text: ByteText): void {
  body.reserve(text.length);
  body.append(text);
}
