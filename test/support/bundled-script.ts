import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** A script with all that it imports, as services are often shipped; threads of it start in no time. */
export interface BundledScript {
  readonly url: URL;
  remove(): Promise<void>;
}

export async function bundleScript(entry: URL): Promise<BundledScript> {
  const folder = await mkdtemp(join(tmpdir(), 'inferometer-'));
  const name = basename(fileURLToPath(entry), '.ts');
  await build({
    entryPoints: { [name]: fileURLToPath(entry) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported only when it is needed stays in files of its own.
    splitting: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@inferometer/source'],
    logLevel: 'error',
  });
  return { url: pathToFileURL(join(folder, `${name}.mjs`)), remove: () => rm(folder, { recursive: true }) };
}
