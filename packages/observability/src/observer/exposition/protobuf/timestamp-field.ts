import type { BodyBuilder } from '../body-builder.ts';
import { TIMESTAMP } from './metric-fields.ts';

/** As long as any time: two bytes before it, seconds and nanoseconds. */
export const TIMESTAMP_BYTES = 16;

/** Appends a time. Its room must have been reserved. @param timeMs milliseconds since the epoch, not before it */
export function appendTimestamp(body: BodyBuilder, tag: number, timeMs: number): void {
  const seconds = Math.floor(timeMs / 1000);
  body.appendByte(tag);
  const at = body.skip(1);
  body.appendByte(TIMESTAMP.seconds);
  body.appendVarint(seconds);
  body.appendByte(TIMESTAMP.nanoseconds);
  body.appendVarint(Math.floor((timeMs - seconds * 1000) * 1e6));
  body.writeLength(at, 1);
}
