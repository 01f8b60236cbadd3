// Writes what is made from the metric catalogue and from slo.yml. `npm run generate` runs it; tests fail when it was
// forgotten.
import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.ts';

const ROOT = new URL('../../', import.meta.url);

for (const { path, text } of generatedFiles()) {
  await writeFile(new URL(path, ROOT), text);
  console.log(path);
}
