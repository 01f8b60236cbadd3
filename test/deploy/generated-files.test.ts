import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { generatedFiles } from '../../deploy/source/generated-files.ts';
import { prometheusRule } from '../../deploy/source/prometheus-rule.ts';
import { withoutJob } from '../../deploy/source/without-job.ts';

const ROOT = new URL('../../', import.meta.url);

describe('files that are made for deployment', () => {
  for (const { path, text } of generatedFiles()) {
    it(`${path} is what the code makes now (npm run generate writes it)`, async () => {
      expect(await readFile(new URL(path, ROOT), 'utf8')).to.equal(text);
    });
  }

  it('are refused where the job that scrapes the service has another name', () => {
    expect(() => withoutJob('scrape_configs:\n  - job_name: other\n', 'multimodal-api')).to.throw(
      'prometheus.yml has no scrape job "multimodal-api"; name the one that scrapes the service.',
    );
  });

  it('are refused where two groups of rules have one name, which the operator would refuse', () => {
    const file = 'groups:\n  - name: requests\n    rules: []\n';
    expect(() => prometheusRule([file, file])).to.throw('two groups of rules are named "requests"');
  });
});
