import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { requireTool } from '../support/required-tool.ts';
import { runChecker } from '../support/run-checker.ts';

const FOLDER = new URL('../../collector/', import.meta.url);

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

describe('the collector', () => {
  it('is built of components of one version', () => {
    const manifest = parse(readFileSync(fileOf('builder.yaml'), 'utf8')) as Record<string, unknown> & {
      readonly dist: { readonly version: string };
    };
    const components = ['receivers', 'processors', 'exporters', 'extensions'].flatMap(
      (kind) => manifest[kind] as { readonly gomod: string }[],
    );
    expect(components).to.have.length.above(5);
    for (const { gomod } of components) {
      expect(gomod).to.match(new RegExp(`^\\S+ v${manifest.dist.version.replaceAll('.', String.raw`\.`)}$`));
    }
    expect(readFileSync(fileOf('README.md'), 'utf8')).to.include(`cmd/builder@v${manifest.dist.version}`);
  });

  describe('as it is built', () => {
    let collector: string;

    before(function () {
      collector = requireTool(this, 'inferometer-collector');
    });

    for (const file of ['otlp.yaml', 'scrape.yaml']) {
      for (const exporter of ['otlp_http', 'prometheus_remote_write']) {
        it(`accepts ${file} with ${exporter}`, async () => {
          await runChecker(collector, ['validate', '--config', fileOf(file)], { COLLECTOR_EXPORTER: exporter });
        });
      }
    }
  });
});
