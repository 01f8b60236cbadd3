import { DataPointType } from '@opentelemetry/sdk-metrics';
import type { DataPoint, MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createBodyBuilder, type BodyBuilder } from './body-builder.ts';
import { createBucketLayouts } from './bucket-layout.ts';
import { classicHistogram } from './exponential-buckets.ts';
import { groupFamilies, type MetricFamily } from './metric-families.ts';
import { createScopeOrder } from './scope-order.ts';
import { createSeriesLabels, type SeriesLabels } from './series-labels.ts';
import { familyHeadText, histogramText, numberText } from './series-text.ts';

/** Writes collected metrics in the Prometheus text format 0.0.4. */
export interface TextWriter {
  /**
   * Writes metrics of any origin as a body that Prometheus accepts whole. What would break it is left out and told:
   * a metric whose type or names clash with an earlier one's, a series that is there already, a value that is no
   * number. Takes time and memory in proportion to the number of series.
   */
  writeText(resourceMetrics: ResourceMetrics): WrittenText;
}

/** A body and what could not be written into it. */
export interface WrittenText {
  /** UTF-8, ends with a newline unless it is empty. */
  readonly body: Buffer;
  /** One sentence for each metric that is not there as it was told; empty almost always. */
  readonly problems: readonly string[];
}

/** Options of {@link createTextWriter}. */
export interface TextWriterOptions {
  /** Whether the resource is written as `target_info`; default true. */
  readonly targetInfo?: boolean;
}

const TARGET_INFO = 'target_info';

/** A writer that remembers label texts from one body to the next: keep one for each reader. */
export function createTextWriter({ targetInfo = true }: TextWriterOptions = {}): TextWriter {
  return new FamilyTextWriter(targetInfo);
}

/** An empty body is valid, and looks like a fault to whoever reads it. */
const IDLE_TEXT = '# There are no metrics yet.\n';

class FamilyTextWriter implements TextWriter {
  readonly #targetInfo: boolean;
  readonly #labels = createSeriesLabels();
  readonly #histogramLabels = createSeriesLabels('le');
  readonly #layoutOf = createBucketLayouts();
  readonly #inOrder = createScopeOrder();

  constructor(targetInfo: boolean) {
    this.#targetInfo = targetInfo;
  }

  writeText({ resource, scopeMetrics }: ResourceMetrics): WrittenText {
    const problems: string[] = [];
    const resourceLabels = this.#targetInfo ? this.#labels.textOf(resource.attributes) : '';
    const families = groupFamilies(this.#inOrder(scopeMetrics), resourceLabels === '' ? [] : [TARGET_INFO], problems);
    const body = createBodyBuilder();
    if (resourceLabels !== '') {
      body.append(familyHeadText(TARGET_INFO, 'gauge', 'Target metadata'));
      body.append(numberText(TARGET_INFO, resourceLabels, 1));
    } else if (families.length === 0) {
      body.append(IDLE_TEXT);
    }
    for (const family of families) {
      this.#writeFamily(family, body, problems);
    }
    return { body: body.finish(), problems };
  }

  #writeFamily({ name, type, help, parts }: MetricFamily, body: BodyBuilder, problems: string[]): void {
    body.append(familyHeadText(name, type, help));
    const written = new Set<string>();
    for (const metric of parts) {
      const leftOut = this.#writeMetric(metric, name, written, body);
      for (const [reason, count] of leftOut) {
        problems.push(`${count} series of ${name} are left out: ${reason}`);
      }
    }
  }

  /** @returns how many series could not be written, by reason */
  #writeMetric(metric: MetricData, name: string, written: Set<string>, body: BodyBuilder): Map<string, number> {
    switch (metric.dataPointType) {
      case DataPointType.HISTOGRAM:
        return writePoints(metric.dataPoints, this.#histogramLabels, written, body, (labels, value) =>
          histogramText(name, labels, this.#layoutOf(value.buckets.boundaries), value),
        );
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        return writePoints(metric.dataPoints, this.#histogramLabels, written, body, (labels, value) => {
          const classic = classicHistogram(value);
          return histogramText(name, labels, this.#layoutOf(classic.buckets.boundaries), classic);
        });
      default:
        return writePoints(metric.dataPoints, this.#labels, written, body, (labels, value) =>
          numberText(name, labels, value),
        );
    }
  }
}

function writePoints<T>(
  points: readonly DataPoint<T>[],
  seriesLabels: SeriesLabels,
  written: Set<string>,
  body: BodyBuilder,
  textOf: (labels: string, value: T) => string,
): Map<string, number> {
  const leftOut = new Map<string, number>();
  for (const point of points) {
    let refusal = 'series with the same labels came first';
    try {
      const labels = seriesLabels.textOf(point.attributes);
      if (!written.has(labels)) {
        body.append(textOf(labels, point.value));
        written.add(labels);
        continue;
      }
    } catch (error) {
      refusal = error instanceof Error ? error.message : 'they cannot be read';
    }
    leftOut.set(refusal, (leftOut.get(refusal) ?? 0) + 1);
  }
  return leftOut;
}
