// Writes what is made of the files of Prometheus. `npm run generate` runs it last; a test fails when it was forgotten.
import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.ts';

const ROOT = new URL('../../', import.meta.url);

for (const { path, text } of generatedFiles()) {
  await writeFile(new URL(path, ROOT), text);
  console.log(path);
}
