import type { BodyBuilder } from './body-builder.ts';
import { MAX_VALUE_BYTES } from './body-builder.ts';
import type { BucketLayout } from './bucket-layout.ts';
import { createByteRun, type ByteRun } from './byte-run.ts';
import type { ByteText } from './byte-text.ts';
import { createdLine } from './created-line.ts';
import type { BucketExemplars } from '../../store/exemplars.ts';
import { appendExemplar, EXEMPLAR_BYTES } from './exemplar-text.ts';
import type { ExpositionFormat } from './exposition-format.ts';

/** Writes the series of a histogram. */
export interface HistogramLines {
  /**
   * The lines of one series: cumulative buckets, the sum where it has one, and the count, which is that of the last
   * bucket whatever else is told of it: Prometheus relies on the two being equal.
   *
   * @param counts of each bucket, cumulative, as many as the layout has; see `cumulate`
   * @param exemplars of each bucket, where there are some and the format has a place for them
   * @param startTimeMs when the series began, in milliseconds since the epoch; `undefined` where that is not told
   */
  write(
    body: BodyBuilder,
    labels: ByteText,
    layout: BucketLayout,
    counts: Float64Array,
    sum: number | undefined,
    exemplars: BucketExemplars | undefined,
    startTimeMs: number | undefined,
  ): void;
}

const LABELS_END = createByteRun('} ');
const COMMA = createByteRun(',');

/** More than `_bucket{`, `,`, `_sum{` and `} ` take. */
const PUNCTUATION_BYTES = 16;

/** @param name of the family, e.g. `inference_latency_seconds` */
export function createHistogramLines(name: string, format: ExpositionFormat): HistogramLines {
  const bucketHead = createByteRun(`${name}_bucket{`);
  const sumHead = createByteRun(`${name}_sum{`);
  const countHead = createByteRun(`${name}_count{`);
  const bareSumHead = createByteRun(`${name}_sum `);
  const bareCountHead = createByteRun(`${name}_count `);

  return {
    write(body, labels, layout, counts, sum, exemplars, startTimeMs): void {
      const { tails } = layout;
      const labelBytes = labels.length;
      const lineBytes = name.length + labelBytes + PUNCTUATION_BYTES + MAX_VALUE_BYTES;
      const exemplarBytes = (exemplars?.length ?? 0) * EXEMPLAR_BYTES;
      body.reserve((tails.length + 2) * lineBytes + layout.tailBytes + exemplarBytes);
      const start = body.length;
      const labelsAt = start + bucketHead.byteCount;
      body.appendRun(bucketHead);
      if (labelBytes > 0) {
        body.append(labels);
        body.appendRun(COMMA);
      }
      // What all lines begin with was a text once; from there on it is copied.
      const headBytes = body.length - start;
      for (let bucket = 0; bucket < tails.length; bucket++) {
        if (bucket > 0) {
          body.appendAgain(start, headBytes);
        }
        body.appendRun(tails[bucket]!);
        body.appendValue(counts[bucket]!);
        const exemplar = exemplars?.[bucket];
        if (exemplar !== undefined) {
          appendExemplar(body, exemplar);
        }
      }
      const tellsSum = sum !== undefined && (!format.strictTotals || (sum >= 0 && !layout.hasNegative));
      if (tellsSum) {
        appendHead(body, sumHead, bareSumHead, labelsAt, labelBytes);
        body.appendValue(sum);
      }
      if (tellsSum || !format.strictTotals) {
        appendHead(body, countHead, bareCountHead, labelsAt, labelBytes);
        body.appendValue(counts[tails.length - 1]!);
      }
      if (startTimeMs !== undefined) {
        createdLine(body, name, labels, startTimeMs);
      }
    },
  };
}

function appendHead(body: BodyBuilder, head: ByteRun, bareHead: ByteRun, labelsAt: number, labelBytes: number): void {
  if (labelBytes === 0) {
    body.appendRun(bareHead);
  } else {
    body.appendRun(head);
    body.appendAgain(labelsAt, labelBytes);
    body.appendRun(LABELS_END);
  }
}
