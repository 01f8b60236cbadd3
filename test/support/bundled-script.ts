import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** A script with all that it imports in one file, as services are often shipped; threads of it start in no time. */
export interface BundledScript {
  readonly url: URL;
  remove(): Promise<void>;
}

export async function bundleScript(entry: URL): Promise<BundledScript> {
  const folder = await mkdtemp(join(tmpdir(), 'inferometer-'));
  const file = join(folder, basename(fileURLToPath(entry)).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@inferometer/source'],
    logLevel: 'error',
  });
  return { url: pathToFileURL(file), remove: () => rm(folder, { recursive: true }) };
}
