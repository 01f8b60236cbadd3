import type { BodyBuilder } from './body-builder.ts';
import { MAX_VALUE_BYTES } from './body-builder.ts';
import type { BucketLayout } from './bucket-layout.ts';
import { createByteRun } from './byte-run.ts';
import type { ByteText } from './byte-text.ts';
import { createdLine } from './created-line.ts';
import type { ExpositionFormat } from './exposition-format.ts';

/** Writes the series of a histogram. */
export interface HistogramLines {
  /**
   * The lines of one series: cumulative buckets, the sum where it has one, and the count, which is that of the last
   * bucket whatever else is told of it: Prometheus relies on the two being equal.
   *
   * @param counts of each bucket, cumulative, as many as the layout has; see `cumulate`
   * @param startTimeMs when the series began, in milliseconds since the epoch; `undefined` where that is not told
   */
  write(
    body: BodyBuilder,
    labels: ByteText,
    layout: BucketLayout,
    counts: Float64Array,
    sum: number | undefined,
    startTimeMs: number | undefined,
  ): void;
}

/** `} `, with room to copy four bytes. */
const LABELS_END = createByteRun('} ');
const SPACE = createByteRun(' ');

/** More than `_bucket{`, `,`, `_sum{` and `} ` take. */
const PUNCTUATION_BYTES = 16;

/** @param name of the family, e.g. `inference_latency_seconds` */
export function createHistogramLines(name: string, format: ExpositionFormat): HistogramLines {
  const bucketHead = `${name}_bucket{`;
  const sumHeads = [createByteRun(`${name}_sum`), createByteRun(`${name}_sum{`)] as const;
  const countHeads = [createByteRun(`${name}_count`), createByteRun(`${name}_count{`)] as const;

  return {
    write(body, labels, layout, counts, sum, startTimeMs): void {
      const { tails } = layout;
      const isBare = labels === '';
      const head = isBare ? bucketHead : `${bucketHead}${labels},`;
      const lineBytes = head.length + PUNCTUATION_BYTES + MAX_VALUE_BYTES;
      body.reserve((tails.length + 2) * lineBytes + layout.tailBytes);
      const start = body.length;
      // Once from the text, and from there on from the bytes that it became.
      body.append(head);
      for (let bucket = 0; bucket < tails.length; bucket++) {
        if (bucket > 0) {
          body.appendAgain(start, head.length);
        }
        const tail = tails[bucket]!;
        body.appendBytes(tail.view, 0, tail.byteCount);
        body.appendValue(counts[bucket]!);
      }
      const total = counts[tails.length - 1]!;
      const labelsAt = start + bucketHead.length;
      const tellsSum = sum !== undefined && (!format.strictTotals || (sum >= 0 && !layout.hasNegative));
      if (tellsSum) {
        const sumHead = isBare ? sumHeads[0] : sumHeads[1];
        body.appendBytes(sumHead.view, 0, sumHead.byteCount);
        appendLabels(body, labelsAt, labels.length);
        body.appendValue(sum);
      }
      if (tellsSum || !format.strictTotals) {
        const countHead = isBare ? countHeads[0] : countHeads[1];
        body.appendBytes(countHead.view, 0, countHead.byteCount);
        appendLabels(body, labelsAt, labels.length);
        body.appendValue(total);
      }
      if (startTimeMs !== undefined) {
        createdLine(body, name, labels, startTimeMs);
      }
    },
  };
}

function appendLabels(body: BodyBuilder, labelsAt: number, labelBytes: number): void {
  if (labelBytes === 0) {
    body.appendBytes(SPACE.view, 0, SPACE.byteCount);
  } else {
    body.appendAgain(labelsAt, labelBytes);
    body.appendBytes(LABELS_END.view, 0, LABELS_END.byteCount);
  }
}
