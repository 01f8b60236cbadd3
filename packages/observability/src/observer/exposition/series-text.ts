import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { BucketLayout } from './bucket-layout.ts';
import { sampleValueText } from './number-text.ts';

/** The two comment lines that begin a family. */
export function familyHeadText(name: string, type: string, help: string): string {
  const helpText = help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${helpText}\n# TYPE ${name} ${type}\n`;
}

/**
 * One line for a counter or a gauge.
 *
 * @throws TypeError for a value that is no number
 */
export function numberText(name: string, labels: string, value: number): string {
  if (typeof value !== 'number') {
    throw new TypeError('the value is no number');
  }
  return labels === '' ? `${name} ${sampleValueText(value)}\n` : `${name}{${labels}} ${sampleValueText(value)}\n`;
}

/**
 * The lines of one histogram series: cumulative buckets, the sum where it has one, and the count, which is that of the
 * last bucket whatever the point says of it: Prometheus relies on the two being equal.
 *
 * @throws RangeError for counts that are no counts
 */
export function histogramText(name: string, labels: string, layout: BucketLayout, point: Histogram): string {
  const { tails } = layout;
  const { counts } = point.buckets;
  const bucketHead = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
  const seriesTail = labels === '' ? ' ' : `{${labels}} `;
  // A histogram that has no bucket counts may still know its total.
  let total = counts.length === 0 ? point.count : 0;
  let text = '';
  const overflow = tails.length - 1;
  for (let index = 0; index < overflow; index += 1) {
    total += counts[index] ?? 0;
    text += `${bucketHead}${tails[index]}${total}\n`;
  }
  for (let index = overflow; index < counts.length; index += 1) {
    total += counts[index] ?? 0;
  }
  if (!(total >= 0)) {
    throw new RangeError('the bucket counts are no counts');
  }
  text += `${bucketHead}${tails[overflow]}${total}\n`;
  if (point.sum !== undefined) {
    text += `${name}_sum${seriesTail}${sampleValueText(point.sum)}\n`;
  }
  return `${text}${name}_count${seriesTail}${total}\n`;
}
