import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What came of reading a file: its text, or that it is not there, or why it could not be read. */
export type FileReading =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The files of the kernel that tell about resources. */
export interface ResourceFileSystem {
  /** Reads a small text file; never rejects. `path` is absolute, e.g. `/proc/self/cgroup`. */
  read(path: string): Promise<FileReading>;
}

const MISSING: FileReading = { kind: 'missing' };

// ENODEV is the kernel's answer for an open file of a cgroup that was removed in between.
const MISSING_CODES: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENODEV']);

/**
 * The files under `root`.
 *
 * @param root where the tree begins, `/` by default; a test gives the folder of its own tree
 */
export function createResourceFileSystem(root = '/'): ResourceFileSystem {
  return {
    async read(path: string): Promise<FileReading> {
      try {
        return { kind: 'text', text: await readFile(join(root, path), 'utf8') };
      } catch (error) {
        const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
        return MISSING_CODES.has(code) ? MISSING : { kind: 'unreadable', reason: String(code ?? error) };
      }
    },
  };
}
