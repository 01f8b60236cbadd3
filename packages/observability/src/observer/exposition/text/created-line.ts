import { MAX_VALUE_BYTES, type BodyBuilder } from '../body-builder.ts';
import type { ByteText } from '../byte-text.ts';

/** Appends when a series began, by which a reader knows a new series from one that was set back. */
export function createdLine(body: BodyBuilder, family: string, labels: ByteText, startTimeMs: number): void {
  const head = labels === '' ? `${family}_created ` : `${family}_created{${labels}} `;
  body.reserve(head.length + MAX_VALUE_BYTES);
  body.append(head);
  body.appendValue(startTimeMs / 1000);
}
