import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { generatedFiles } from '../../grafana/source/generated-files.ts';

const ROOT = new URL('../../', import.meta.url);

describe('files that are made for Grafana', () => {
  for (const { path, text } of generatedFiles()) {
    it(`${path} is what the code makes now (npm run generate writes it)`, async () => {
      expect(await readFile(new URL(path, ROOT), 'utf8')).to.equal(text);
    });
  }
});
