// Writes the dashboards and the page about them. `npm run generate` runs it; tests fail when it was forgotten.
import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.ts';

const ROOT = new URL('../../', import.meta.url);

for (const { path, text } of generatedFiles()) {
  await writeFile(new URL(path, ROOT), text);
  console.log(path);
}
