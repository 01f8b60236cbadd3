import { createHash } from 'node:crypto';
import type { ReferenceProfile } from './reference-profile.ts';

/** SHA-256, in hexadecimal, of what a profile says: all but `hash` and `createdAt`, with keys in order. */
export function profileHash(profile: Omit<ReferenceProfile, 'hash'>): string {
  const { createdAt: _createdAt, hash: _hash, ...content } = profile as ReferenceProfile;
  return createHash('sha256')
    .update(JSON.stringify(inKeyOrder(content)))
    .digest('hex');
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inKeyOrder);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, entry]) => [key, inKeyOrder(entry)]);
}
