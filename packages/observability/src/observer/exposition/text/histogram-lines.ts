import { MAX_VALUE_BYTES, type BodyBuilder } from '../body-builder.ts';
import { createByteRun, type ByteRun } from '../byte-run.ts';
import type { HistogramEncoder } from '../exposition-format.ts';
import { createBucketTails } from './bucket-tails.ts';
import { createdLine } from './created-line.ts';
import { appendExemplar, EXEMPLAR_BYTES } from './exemplar-text.ts';

const LABELS_END = createByteRun('} ');
const COMMA = createByteRun(',');

/** More than `_bucket{`, `,`, `_sum{` and `} ` take. */
const PUNCTUATION_BYTES = 16;

/**
 * Cumulative buckets, the sum where there is one, and the count, a line each.
 *
 * @param name of the family, e.g. `inference_latency_seconds`
 * @param strictTotals whether sums must not be negative, and histograms with buckets of negative values have none; what
 *   has no sum has no count either
 */
export function createHistogramLines(name: string, strictTotals: boolean): HistogramEncoder {
  const bucketHead = createByteRun(`${name}_bucket{`);
  const sumHead = createByteRun(`${name}_sum{`);
  const countHead = createByteRun(`${name}_count{`);
  const bareSumHead = createByteRun(`${name}_sum `);
  const bareCountHead = createByteRun(`${name}_count `);

  return {
    write(body, labels, { layout, counts, sum, exemplars, startTimeMs }): void {
      layout.tails ??= createBucketTails(layout.bounds);
      const { runs: tails, byteCount: tailBytes } = layout.tails;
      const labelBytes = labels.length;
      const lineBytes = name.length + labelBytes + PUNCTUATION_BYTES + MAX_VALUE_BYTES;
      const exemplarBytes = (exemplars?.length ?? 0) * EXEMPLAR_BYTES;
      body.reserve((tails.length + 2) * lineBytes + tailBytes + exemplarBytes);
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
      const tellsSum = sum !== undefined && (!strictTotals || (sum >= 0 && !layout.hasNegative));
      if (tellsSum) {
        appendHead(body, sumHead, bareSumHead, labelsAt, labelBytes);
        body.appendValue(sum);
      }
      if (tellsSum || !strictTotals) {
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
