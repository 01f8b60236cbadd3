// Makes of the sources what is published: a few files of JavaScript instead of two hundred. Node.js takes a third of a
// millisecond for each module, on the main thread of whoever starts up (bench `startup`: 35 ms instead of 60).
// Types are made by `tsc -b`, which comes first.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dist = new URL('dist/', import.meta.url);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

// The names of the parts change with what is in them.
for (const file of readdirSync(dist).filter((name) => /\.js(?:\.map)?$/.test(name))) {
  rmSync(new URL(file, dist));
}

await build({
  entryPoints: [path('src/index.ts'), path('src/observer/observer-thread.ts'), path('src/command/inferometer.ts')],
  outdir: fileURLToPath(dist),
  // All in one folder: the code that starts the thread looks for it beside itself, whichever part it ends up in.
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
});
