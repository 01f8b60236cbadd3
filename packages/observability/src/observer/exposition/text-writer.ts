import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createBodyBuilder, type BodyBuilder } from './body-builder.ts';
import { createBucketLayouts } from './bucket-layout.ts';
import type { ByteText } from './byte-text.ts';
import { createCumulativeCounts } from './cumulative-counts.ts';
import { textFormat, type ExpositionFormat, type FamilyHead } from './exposition-format.ts';
import { groupFamilies, type MetricFamily } from './metric-families.ts';
import { createScopeOrder } from './scope-order.ts';
import { createSeriesLabels } from './series-labels.ts';
import { createSeriesLines } from './series-lines.ts';
import { createSeriesWriter, type SeriesWriter, type SeriesWriterParts } from './series-writer.ts';

/** Writes collected metrics in a text format of Prometheus. */
export interface TextWriter {
  /**
   * Writes metrics of any origin as a body that Prometheus accepts whole. What would break it is left out and told:
   * a metric whose type or names clash with an earlier one's, a series that is there already, a value that is no
   * number. Takes time and memory in proportion to the number of series.
   *
   * @param format default the text format 0.0.4
   * @param memory where to write; other memory takes its place once it is too short
   */
  writeText(resourceMetrics: ResourceMetrics, format?: ExpositionFormat, memory?: Buffer): WrittenText;
  /** The same in steps of some tenths of a millisecond, between which others can have their turn. */
  stepsOf(
    resourceMetrics: ResourceMetrics,
    format: ExpositionFormat,
    memory?: Buffer,
  ): Generator<undefined, WrittenText, undefined>;
}

/** A body and what could not be written into it. */
export interface WrittenText {
  /** UTF-8, ends with a newline unless it is empty. */
  readonly body: Buffer;
  /** How many series are in it; a histogram is one. */
  readonly seriesCount: number;
  /** One sentence for each metric that is not there as it was told; empty almost always. */
  readonly problems: readonly string[];
}

/** Options of {@link createTextWriter}. */
export interface TextWriterOptions {
  /** Whether the resource is written as `target_info`; default true. */
  readonly targetInfo?: boolean;
  /** Whether it is told when series began, in OpenMetrics; default false. */
  readonly createdTimestamps?: boolean;
}

const TARGET_INFO: FamilyHead = { name: 'target_info', type: 'info', help: 'Target metadata', unit: '' };

/** Histograms take a microsecond each, so a step takes some tenths of a millisecond. */
const SERIES_PER_STEP = 256;

/** A writer that remembers label texts from one body to the next: keep one for each reader. */
export function createTextWriter({ targetInfo = true, createdTimestamps = false }: TextWriterOptions = {}): TextWriter {
  return new FamilyTextWriter(targetInfo, createdTimestamps);
}

class FamilyTextWriter implements TextWriter {
  readonly #targetInfo: boolean;
  readonly #parts: SeriesWriterParts;
  readonly #inOrder = createScopeOrder();

  constructor(targetInfo: boolean, createdTimestamps: boolean) {
    this.#targetInfo = targetInfo;
    this.#parts = {
      labels: createSeriesLabels(),
      histogramLabels: createSeriesLabels('le'),
      layoutOf: createBucketLayouts(),
      lines: createSeriesLines(),
      cumulative: createCumulativeCounts(),
      createdTimestamps,
    };
  }

  writeText(resourceMetrics: ResourceMetrics, format: ExpositionFormat = textFormat, memory?: Buffer): WrittenText {
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
  ): Generator<undefined, WrittenText, undefined> {
    const problems: string[] = [];
    const body = createBodyBuilder(memory);
    const infoLabels = this.#targetInfo ? this.#parts.labels.textOf(resource.attributes) : '';
    const infoNames = infoLabels === '' ? [] : format.namesOf(TARGET_INFO.name, TARGET_INFO.type);
    const families = groupFamilies(this.#inOrder(scopeMetrics), format, infoNames, problems);
    let seriesCount = 0;
    if (infoLabels !== '') {
      appendText(body, format.headOf(TARGET_INFO));
      this.#parts.lines.ofNumbers(TARGET_INFO.name, TARGET_INFO.type, format).write(body, infoLabels, 1, undefined);
      seriesCount += 1;
    }
    for (const family of families) {
      seriesCount += yield* this.#stepsOfFamily(family, format, body, problems);
    }
    appendText(body, seriesCount === 0 ? format.idle + format.end : format.end);
    return { body: body.finish(), seriesCount, problems };
  }

  /** @returns how many series were written */
  *#stepsOfFamily(
    family: MetricFamily,
    format: ExpositionFormat,
    body: BodyBuilder,
    problems: string[],
  ): Generator<undefined, number, undefined> {
    const start = body.length;
    appendText(body, format.headOf(family));
    const written: WrittenSeries = { count: 0, labels: new Set() };
    for (const metric of family.parts) {
      const leftOut = yield* this.#stepsOfMetric(metric, family, format, body, written);
      for (const [reason, count] of leftOut) {
        problems.push(`${count} series of ${family.name} are left out: ${reason}`);
      }
    }
    if (written.count === 0) {
      body.cutTo(start);
    }
    return written.count;
  }

  /** @returns how many series could not be written, by reason */
  *#stepsOfMetric(
    metric: MetricData,
    family: MetricFamily,
    format: ExpositionFormat,
    body: BodyBuilder,
    written: WrittenSeries,
  ): Generator<undefined, Map<string, number>, undefined> {
    const leftOut = new Map<string, number>();
    const writer = createSeriesWriter(metric, family, format, this.#parts);
    const isChecked = !writer.areDistinct || family.parts.length > 1;
    while (!writeSome(writer, body, written, isChecked, leftOut)) {
      yield;
    }
    return leftOut;
  }
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
  for (let count = 0; count < SERIES_PER_STEP; count++) {
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
