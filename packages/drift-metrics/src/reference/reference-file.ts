import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { parseReferenceProfile } from './parse-reference-profile.ts';
import type { ReferenceProfile } from './reference-profile.ts';

/** 100 features of 1000 categories stay below; what is larger is no profile. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads a profile from its file, once and synchronously, as at the start of a process.
 *
 * @param expected the model that the profile must be of, where that is known
 * @throws ReferenceProfileError
 */
export function loadReferenceProfile(
  path: string,
  expected: { readonly modelType?: string | undefined } = {},
): ReferenceProfile {
  let text: string;
  try {
    // Before it is read: of a device or a pipe the end may never come.
    const file = statSync(path);
    if (!file.isFile() || file.size > MOST_BYTES) {
      throw new Error(file.isFile() ? `it is larger than ${MOST_BYTES} bytes` : 'it is not a file');
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ReferenceProfileError('unreadable', `the reference ${path} cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  return parseReferenceProfile(text, path, expected);
}

/**
 * Writes a profile to a file: whole or not at all, since a service may start and read it meanwhile.
 *
 * @throws ReferenceProfileError
 */
export function saveReferenceProfile(profile: ReferenceProfile, path: string): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(unfinished, 'w');
    try {
      const text = Buffer.from(`${JSON.stringify(profile, undefined, 2)}\n`);
      for (let written = 0; written < text.length;) {
        written += writeSync(file, text, written);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new ReferenceProfileError('unreadable', `the reference ${path} cannot be written: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
